"""The report for a terminal: plain text, worst findings first, colour only where it is wanted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.analysis.types import Finding, Outcome, Rebuild, Severity, Verdict
from pipeline.reports import wording
from pipeline.reports.reviewed import ReviewedFile
from pipeline.reports.safe_text import lines_of, one_line

NARROWEST, WIDEST = 40, 110
BOLD, DIM, RED, YELLOW, GREEN = "1", "2", "31", "33", "32"
SEVERITY_COLOURS = {
    Severity.CRITICAL: "1;37;41",
    Severity.HIGH: "1;31",
    Severity.MEDIUM: "1;33",
    Severity.LOW: "1;36",
}
OUTCOME_COLOURS = {Outcome.PASSED: GREEN, Outcome.FAILED: RED, Outcome.NOT_RUN: YELLOW}


@dataclass(frozen=True)
class Page:
    """How wide lines may get, and whether ANSI colours may be used."""

    width: int = 80
    colour: bool = False

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def wrapped(self, text: str, first: str = "", rest: str | None = None) -> list[str]:
        """The text, made safe and wrapped; ``first`` and ``rest`` are indents."""
        return textwrap.wrap(
            one_line(text),
            width=max(NARROWEST, min(self.width, WIDEST)),
            initial_indent=first,
            subsequent_indent=" " * len(first) if rest is None else rest,
            break_on_hyphens=False,
        )

    def heading(self, text: str) -> list[str]:
        return ["", self.paint(text.upper(), BOLD)]


def render(files: Sequence[ReviewedFile], page: Page | None = None) -> str:
    """All files, one after the other, and a line for all of them together if there are several."""
    page = page or Page()
    blocks = ["\n".join(_file(file, page)) for file in files]
    if len(files) != 1:
        blocks.append("\n".join(_total(files, page)))
    return "\n\n".join(blocks) + "\n"


def _total(files: Sequence[ReviewedFile], page: Page) -> list[str]:
    failed = sum(1 for file in files if file.error)
    words = f"{wording.plural(len(files), 'file')}, {wording.findings_summary(files)}"
    return page.wrapped(words + (f"; {failed} could not be reviewed" if failed else "") + ".")


def _file(file: ReviewedFile, page: Page) -> Iterator[str]:
    yield from _title(file, page)
    if file.error:
        yield from page.wrapped(f"{wording.failed(file)}: {file.error}")
    if file.dossier:
        yield from _brief(file, page)
        yield from _findings(file, page)
        yield from _section("Words to the model", wording.second_look(file.dossier), page)
        yield from _section("What the code does", file.dossier.trace, page)
        yield from _section("What it needs", wording.needs(file.dossier), page)
    if file.rebuild:
        yield from _rebuild(file.rebuild, file.is_changed, page)
    if file.verdict:
        yield from _verdict(file.verdict, page)
    yield from _section("Not checked", wording.not_checked(file), page)


def _title(file: ReviewedFile, page: Page) -> Iterator[str]:
    rule = page.paint("━" * max(NARROWEST, min(page.width, WIDEST)), DIM)
    about = ", ".join(
        part for part in (wording.language_of(file), wording.findings_summary([file])) if part
    )
    yield rule
    yield page.paint(one_line(file.path), BOLD)
    if file.dossier:
        yield from page.wrapped(about)


def _brief(file: ReviewedFile, page: Page) -> Iterator[str]:
    dossier = file.dossier
    if dossier is None:
        return
    brief = dossier.brief
    yield ""
    yield from page.wrapped(f"{brief.what} {brief.purpose}")
    for text in (
        wording.syntax(dossier),
        f"Score {brief.score:.1f} of 10. Biggest risk: {brief.biggest_risk}",
        wording.assessment(dossier),
    ):
        yield from page.wrapped(text)


def _findings(file: ReviewedFile, page: Page) -> Iterator[str]:
    if not file.findings:
        return
    yield from page.heading("Findings")
    for finding in file.findings:
        yield from _finding(file.path, finding, page)


def _finding(path: str, finding: Finding, page: Page) -> Iterator[str]:
    severity = f"{finding.severity:<8}"
    weakness = f" ({wording.cwe(finding.cwe)})" if finding.cwe else ""
    title = page.wrapped(finding.title + weakness, " " * 10)
    title[:1] = title[:1] or [" " * 10]
    yield ""
    yield page.paint(severity, SEVERITY_COLOURS[finding.severity]) + title[0][len(severity) :]
    yield from title[1:]
    where = f"{one_line(path)}:{wording.place(finding)}"
    yield f"  {where}  {page.paint(one_line(wording.reported_by(finding)), DIM)}"
    yield from _snippet(finding, page)
    yield from page.wrapped(finding.description, "  ")
    yield from page.wrapped(f"Impact: {finding.impact}", "  ", " " * 10)
    yield from page.wrapped(f"Action: {finding.action}", "  ", " " * 10)


def _snippet(finding: Finding, page: Page) -> Iterator[str]:
    """The quoted lines with their numbers, cut to the width rather than wrapped."""
    for number, line in enumerate(lines_of(finding.snippet), finding.line):
        room = max(NARROWEST, page.width) - 11
        shown = line if len(line) <= room else line[: room - 1] + "…"
        yield f"  {page.paint(f'{number:>6} |', DIM)} {shown}"


def _rebuild(rebuild: Rebuild, is_changed: bool, page: Page) -> Iterator[str]:
    yield from page.heading("Rebuilt code")
    if not is_changed:
        yield from page.wrapped("Nothing was changed.", "  ")
    if rebuild.note:
        yield from page.wrapped(rebuild.note, "  ")
    for line in wording.rounds(rebuild):
        yield from page.wrapped(line, "  ")
    for change in rebuild.changes:
        tail = f" ({wording.cwe(change.cwe)})" if change.cwe else ""
        yield from page.wrapped(f"line {change.line}: {change.title}{tail}", "  changed  ")
    for refusal in rebuild.refusals:
        yield from page.wrapped(f"line {refusal.line}: {refusal.reason}", "  refused  ")


def _verdict(verdict: Verdict, page: Page) -> Iterator[str]:
    yield from page.heading("Verdict")
    yield from page.wrapped(verdict.sentence, "  ")
    if verdict.worse:
        yield from page.wrapped(wording.worse(verdict), "  ")
    why = f": {verdict.reason}" if verdict.reason else ""
    yield f"  Confidence {page.paint(verdict.confidence, BOLD)}{why}. The checks:"
    for outcome in (Outcome.FAILED, Outcome.NOT_RUN):
        for check in verdict.checks:
            if check.outcome is outcome:
                yield from _check(outcome, f"{check.name}. {check.detail}", page)
    passed = [check.name for check in verdict.checks if check.outcome is Outcome.PASSED]
    if passed:
        yield from _check(Outcome.PASSED, "; ".join(passed), page)
    yield from _list("Improvements", verdict.improvements, page)
    yield from _list("What remains", verdict.remaining, page)


def _check(outcome: Outcome, said: str, page: Page) -> Iterator[str]:
    word = page.paint(f"{wording.OUTCOMES[outcome]:<8}", OUTCOME_COLOURS[outcome])
    lines = page.wrapped(said, " " * 12) or [" " * 12]
    yield f"    {word}{lines[0][12:]}"
    yield from lines[1:]


def _section(title: str, items: Sequence[str], page: Page) -> Iterator[str]:
    if items:
        yield from page.heading(title)
        yield from _bullets(items, page)


def _list(title: str, items: Sequence[str], page: Page) -> Iterator[str]:
    if items:
        yield f"  {title}:"
        yield from _bullets(items, page, indent="    ")


def _bullets(items: Iterable[str], page: Page, indent: str = "  ") -> Iterator[str]:
    for item in items:
        yield from page.wrapped(item, f"{indent}- ")
