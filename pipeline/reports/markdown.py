"""The report as Markdown: the whole dossier, the changes as a diff, and the verdict.

Text from submitted code is escaped: it cannot make headings, links, images or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.analysis.diff import unified
from pipeline.analysis.types import Component, Dossier, Finding, Rebuild, Verdict
from pipeline.reports import wording
from pipeline.reports.reviewed import ReviewedFile
from pipeline.reports.safe_text import lines_of, one_line

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$]|^[-+=])")
_BACKTICKS = re.compile("`+")


def render(files: Sequence[ReviewedFile]) -> str:
    """One document for all files."""
    lines = ["# Code review", "", f"{wording.plural(len(files), 'file')}, {_sum(files)}."]
    for file in files:
        lines += ["", *_file(file)]
    return "\n".join(lines) + "\n"


def inline(text: str) -> str:
    """Text on one line, with everything escaped that Markdown or HTML would interpret."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def fenced(text: str, language: str = "") -> list[str]:
    """A code block that its content cannot end."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + language, *lines_of(text.removesuffix("\n")), fence]


def _sum(files: Sequence[ReviewedFile]) -> str:
    return wording.findings_summary(files)


def _file(file: ReviewedFile) -> Iterator[str]:
    yield f"## {inline(file.path)}"
    if file.error:
        yield from ("", f"**{wording.failed(file)}:** {inline(file.error)}")
    if file.dossier:
        yield from _brief(file, file.dossier)
        yield from _findings(file)
        yield from _dossier_rest(file.dossier)
    if file.rebuild:
        yield from _rebuild(file, file.rebuild)
    if file.verdict:
        yield from _verdict(file.verdict)
    yield from _section("Not checked", wording.not_checked(file))


def _brief(file: ReviewedFile, dossier: Dossier) -> Iterator[str]:
    brief = dossier.brief
    yield from ("", inline(f"{brief.what} {brief.purpose}"), "")
    yield f"- Language: {inline(wording.language_of(file))}"
    yield f"- Score: {brief.score:.1f} of 10"
    yield f"- Biggest risk: {inline(brief.biggest_risk)}"
    yield f"- Assessment: {inline(wording.assessment(dossier))}"
    if wording.syntax(dossier):
        yield f"- Syntax: {inline(wording.syntax(dossier))}"


def _findings(file: ReviewedFile) -> Iterator[str]:
    yield from ("", "### Findings", "")
    if not file.findings:
        yield "None."
        return
    yield "| Severity | Weakness | Place | Finding | Reported by |"
    yield "| --- | --- | --- | --- | --- |"
    for finding in file.findings:
        cells = (
            finding.severity,
            _cwe_link(finding.cwe),
            f"line {wording.place(finding)}",
            inline(finding.title),
            inline(wording.reported_by(finding)),
        )
        yield f"| {' | '.join(cells)} |"
    for finding in file.findings:
        yield from _finding(finding)
        if said := wording.marked(file, finding):
            yield f"- {inline(said)}"


def _finding(finding: Finding) -> Iterator[str]:
    yield from ("", f"#### {finding.severity}: {inline(finding.title)}, line {finding.line}", "")
    yield from fenced(finding.snippet)
    yield from ("", inline(finding.description), "")
    yield f"- Impact: {inline(finding.impact)}"
    yield f"- Action: {inline(finding.action)}"


def _cwe_link(number: int | None) -> str:
    address = f"https://cwe.mitre.org/data/definitions/{number}.html"
    return f"[{wording.cwe(number)}]({address})" if number else ""


def _dossier_rest(dossier: Dossier) -> Iterator[str]:
    yield from _section("Words to the model", wording.second_look(dossier))
    yield from _section("Components", [_component(each) for each in dossier.components])
    yield from _section("What the code does", dossier.trace)
    yield from _section("What it needs", wording.needs(dossier))


def _component(component: Component) -> str:
    described = f": {component.description}" if component.description else ""
    return f"{component.kind} {component.name}, line {component.line}{described}"


def _rebuild(file: ReviewedFile, rebuild: Rebuild) -> Iterator[str]:
    yield from ("", "### Rebuilt code", "")
    if rebuild.note:
        yield from (inline(rebuild.note), "")
    yield from (f"- {inline(line)}" for line in wording.rounds(rebuild))
    if not file.is_changed:
        yield "Nothing was changed."
    yield from (f"- Line {each.line}: {inline(each.title)}" for each in rebuild.changes)
    yield from (f"- Line {each.line}, refused: {inline(each.reason)}" for each in rebuild.refusals)
    if file.is_changed:
        yield ""
        yield from fenced(unified(file.code, rebuild.code), "diff")


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield from ("", "### Verdict", "", inline(verdict.sentence), "")
    if verdict.worse:
        yield from (inline(wording.worse(verdict)), "")
    yield f"Confidence **{verdict.confidence}**, from these checks:"
    yield ""
    yield from (f"- {inline(wording.check_line(check))}" for check in verdict.checks)
    yield from _section("Improvements", verdict.improvements, level=4)
    yield from _section("What remains", verdict.remaining, level=4)


def _section(title: str, items: Iterable[str], level: int = 3) -> Iterator[str]:
    bullets = [f"- {inline(item)}" for item in items]
    if bullets:
        yield from ("", f"{'#' * level} {title}", "", *bullets)
