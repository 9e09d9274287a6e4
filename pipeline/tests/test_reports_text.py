"""The text report: order, content, width, colour, and harmlessness of what it quotes."""

from __future__ import annotations

import re
import unicodedata

from pipeline.reports import Page, render
from pipeline.tests.report_samples import (
    dossier,
    failed_file,
    finding,
    hostile_file,
    reviewed_file,
    verdict,
)


def report(*files: object, width: int = 80, colour: bool = False) -> str:
    return render(list(files) or [reviewed_file()], "text", Page(width, colour))  # type: ignore[arg-type]


def test_it_puts_the_worst_finding_first() -> None:
    text = report()
    places = [text.index(word) for word in ("CRITICAL", "HIGH  ", "LOW  ")]
    assert places == sorted(places)


def test_it_names_place_source_weakness_snippet_impact_and_action_of_a_finding() -> None:
    text = report()
    assert "src/tool.py:5:5" in text
    assert "bandit, ruff (B605, S605)" in text
    assert "CWE-78" in text
    assert '5 |     os.system("ls " + name)' in text
    assert "Impact: Whoever controls the value" in text
    assert "Action: Pass an argument list." in text


def test_it_says_what_was_changed_and_what_was_refused() -> None:
    text = report()
    assert "changed  line 6: eval became ast.literal_eval (CWE-95)" in text
    assert "refused  line 5: The command is not a constant." in text


def test_it_says_so_when_nothing_was_changed() -> None:
    file = reviewed_file(rebuild=None)
    assert "Nothing was changed" not in report(file)
    same = reviewed_file(rebuild=reviewed_file().rebuild.model_copy(update={"code": file.code}))  # type: ignore[union-attr]
    assert "Nothing was changed." in report(same)


def test_it_gives_the_verdict_with_confidence_and_its_checks() -> None:
    text = report()
    assert "One of two findings is gone." in text
    assert "Confidence LOW" in text
    assert re.search(r"passed +parses", text)
    assert re.search(r"not run +behaviour\. No tests were sent\.", text)


def test_it_says_what_was_not_checked() -> None:
    tail = report().split("NOT CHECKED")[1]
    assert "ruff did not run: it timed out" in tail
    assert "Authorisation." in tail


def test_it_says_why_a_file_has_no_result_and_counts_it() -> None:
    text = report(reviewed_file(), failed_file())
    assert "Not reviewed: The analysers stopped." in text
    assert "2 files, 3 findings: 1 critical, 1 high, 1 low; 1 could not be reviewed." in text


def test_it_keeps_to_the_width() -> None:
    long = reviewed_file(verdict=verdict(sentence="word " * 60, remaining=("x" * 300,)))
    for width in (60, 80, 100):
        assert max(len(line) for line in report(long, width=width).splitlines()) <= width


def test_it_has_colour_only_when_told() -> None:
    assert "\x1b" not in report()
    assert "\x1b[1;31mHIGH" in report(colour=True)


def test_it_passes_on_no_control_or_bidi_character() -> None:
    text = report(hostile_file())
    assert {unicodedata.category(c) for c in text if c != "\n"} & {"Cc", "Cf", "Zl", "Zp"} == set()
    assert "\\x1b[2J" in text
    assert "\\u202e" in text


def test_it_lets_no_title_begin_a_line_of_its_own() -> None:
    file = reviewed_file(verdict=verdict(sentence="Fine.\nVERDICT\rConfidence HIGH"))
    assert "Fine. VERDICT Confidence HIGH" in report(file)


def test_it_says_once_whether_the_code_can_be_trusted() -> None:
    sample = dossier(finding())
    answer = sample.assessment.model_copy(update={"reason": "No. It runs what it is given."})
    file = reviewed_file(dossier=sample.model_copy(update={"assessment": answer}))
    expected = "A prototype; it cannot be trusted in production: It runs what it is given."
    assert expected in report(file, width=100)
