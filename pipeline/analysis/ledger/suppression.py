"""Warnings silenced instead of answered: in any language, by the marks that its tools obey."""

from __future__ import annotations

import re
from collections import Counter

from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.types import VerdictCheck

MARKS = re.compile(
    r"#\s{0,4}(?:nosec|noqa|nosemgrep|type:\s{0,4}ignore|pylint:\s{0,4}disable|pragma:\s{0,4}no\s?cover"
    r"|skipcq|lgtm|rubocop:disable|shellcheck\s{1,4}disable|mypy:|ruff:|flake8:|bandit:)"
    r"|(?:eslint|tslint|oxlint|jshint)-disable|@ts-(?:ignore|nocheck|expect-error)|\bNOSONAR\b"
    r"|@SuppressWarnings|@Suppress\b|@SuppressFBWarnings|\bNOLINT|//\s{0,4}(?:nolint|#nosec|nosemgrep)"
    r"|#!?\[allow\(|#pragma\s{1,4}(?:warning|GCC\s{1,4}diagnostic|clang)|phpcs:(?:ignore|disable)"
    r"|@phpstan-ignore|@psalm-suppress|swiftlint:disable|ktlint-disable|coverity\[|flawfinder:",
    re.IGNORECASE,
)


def not_suppressed(original: str, rebuilt: str) -> VerdictCheck:
    """No mark that silences a tool is more frequent than before."""
    new = _marks(rebuilt) - _marks(original)
    return verdict_on("not-suppressed", [f"new: {mark}" for mark in new], "no such mark was added")


def _marks(code: str) -> Counter[str]:
    return Counter(" ".join(match[0].lower().split()) for match in MARKS.finditer(code))
