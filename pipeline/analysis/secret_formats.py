"""How well-known secrets look. Every pattern is bounded and starts with a fixed prefix.

A new kind of key is one more entry. ``secret`` is the group that must never be shown whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One kind of secret: ``rule`` names it in findings, ``label`` in sentences.

    A text without any of ``marks`` holds none; looking for those is many times quicker.
    """

    rule: str
    label: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]

    def matches(self, code: str) -> Iterator[re.Match[str]]:
        """Every place that looks like such a secret."""
        if self.is_marked_in(code):
            yield from self.pattern.finditer(code)

    def is_marked_in(self, code: str) -> bool:
        """False only for a text in which nothing matches."""
        return any(mark in code for mark in self.marks)


def _format(rule: str, label: str, marks: str, pattern: str) -> Format:
    return Format(rule, label, tuple(marks.split()), re.compile(pattern))


_EDGE = r"(?<![A-Za-z0-9_-])"

FORMATS = (
    _format(
        "private-key",
        "a private key",
        "-----BEGIN",
        r"-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?P<secret>[^-]{0,4000})",
    ),
    _format(
        "aws-access-key",
        "an AWS access key id",
        "AKIA ASIA",
        _EDGE + r"(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Z0-9])",
    ),
    _format(
        "github-token",
        "a GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        _EDGE + r"(?P<secret>gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{40,251})",
    ),
    _format(
        "gitlab-token",
        "a GitLab token",
        "glpat-",
        _EDGE + r"(?P<secret>glpat-[A-Za-z0-9_-]{20,64})",
    ),
    _format(
        "slack-token",
        "a Slack token",
        "xox",
        _EDGE + r"(?P<secret>xox[abeprs]-[A-Za-z0-9-]{10,250})",
    ),
    _format(
        "slack-webhook",
        "a Slack webhook address",
        "hooks.slack.com",
        r"https://hooks\.slack\.com/services/(?P<secret>[A-Za-z0-9/]{20,120})",
    ),
    _format(
        "google-api-key", "a Google API key", "AIza", _EDGE + r"(?P<secret>AIza[A-Za-z0-9_-]{35})"
    ),
    _format(
        "google-oauth-secret",
        "a Google OAuth client secret",
        "GOCSPX-",
        _EDGE + r"(?P<secret>GOCSPX-[A-Za-z0-9_-]{20,60})",
    ),
    _format(
        "stripe-key",
        "a Stripe live key",
        "_live_",
        _EDGE + r"(?P<secret>(?:sk|rk)_live_[A-Za-z0-9]{16,250})",
    ),
    _format(
        "anthropic-key",
        "an Anthropic API key",
        "sk-ant-",
        _EDGE + r"(?P<secret>sk-ant-[A-Za-z0-9_-]{20,250})",
    ),
    _format(
        "openai-key",
        "an OpenAI-style API key",
        "sk-",
        _EDGE + r"(?P<secret>sk-(?!ant-)(?:proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{32,250})",
    ),
    _format(
        "sendgrid-key",
        "a SendGrid API key",
        "SG.",
        _EDGE + r"(?P<secret>SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{30,80})",
    ),
    _format("npm-token", "an npm token", "npm_", _EDGE + r"(?P<secret>npm_[A-Za-z0-9]{36})"),
    _format(
        "pypi-token", "a PyPI token", "pypi-", _EDGE + r"(?P<secret>pypi-[A-Za-z0-9_-]{50,250})"
    ),
    _format(
        "twilio-key", "a Twilio API key", "SK", _EDGE + r"(?P<secret>SK[0-9a-f]{32})(?![0-9a-f])"
    ),
    # Our own: personal tokens of the JSON API, and secrets of webhooks (the form is that of
    # Standard Webhooks, so those of others are found too).
    _format(
        "aitp-token",
        "a personal token of AI to Production",
        "aitp_",
        _EDGE + r"(?P<secret>aitp_[A-Za-z0-9]{46})(?![A-Za-z0-9])",
    ),
    _format(
        "webhook-secret",
        "a signing secret of a webhook",
        "whsec_",
        _EDGE + r"(?P<secret>whsec_[A-Za-z0-9+/]{32,88}={0,2})",
    ),
    _format(
        "json-web-token",
        "a signed JSON web token",
        "eyJ",
        _EDGE
        + r"(?P<secret>eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}"
        + r"\.[A-Za-z0-9_-]{10,500})",
    ),
)

# A password inside an address: scheme://user:password@host
CONNECTION = re.compile(
    r"(?<![a-z])(?:[a-z][a-z0-9]{1,14}(?:\+[a-z0-9]{1,14})?)://"
    r"[^\s:/@'\"<>]{0,100}:(?P<secret>[^\s:/@'\"<>]{3,200})@(?P<host>[^\s/'\"<>]{1,100})"
)

# A quoted value given to something whose name says that it is secret.
ASSIGNMENT = re.compile(
    r"(?P<name>passwo?r?d|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key"
    r"|private[_-]?key|credential)(?P<rest>[A-Za-z0-9_-]{0,40})"
    r"[\"']?\s{0,8}(?::\s{0,4}[A-Za-z]{1,12}\s{0,4}=|=>|:=|={1}(?!=)|:)\s{0,8}"
    r"[rbuf]{0,2}(?P<quote>[\"'`])(?P<secret>[^\"'`\n\r]{4,300})(?P=quote)",
    re.IGNORECASE,
)

# In shell and similar files the quotes are often left out.
BARE_ASSIGNMENT = re.compile(
    r"^[ \t]{0,40}(?:export[ \t]{1,4})?(?:[A-Z0-9]{1,30}_){0,4}"
    r"(?P<name>PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|SECRET_KEY)"
    r"=(?P<secret>[^\s\"'`$(){}<>]{6,300})[ \t]{0,20}$",
    re.MULTILINE,
)

# The beginnings of the patterns above, without the values that they look at.
_MAYBE = re.compile(
    r"://[^\s:/@'\"<>]{0,100}:|(?:passwo?r?d|passphrase|pwd|secret|token|api[_-]?key|credential"
    r"|access[_-]?key|private[_-]?key|PASSWD)[A-Za-z0-9_-]{0,40}[\"']?\s{0,8}[:=]",
    re.IGNORECASE,
)


def may_hold(text: str) -> bool:
    """False only for a text in which no pattern here matches; quick, whatever the text."""
    return any(known.is_marked_in(text) for known in FORMATS) or bool(_MAYBE.search(text))
