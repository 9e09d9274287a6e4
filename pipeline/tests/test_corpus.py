"""Our corpus stays whole: every case has its twin, and every wrong fix says what is wrong."""

from collections.abc import Callable

import pytest

from pipeline.analysis.corpus import KINDS, Case, cases
from pipeline.analysis.engine import examine
from pipeline.analysis.languages import LANGUAGES
from pipeline.analysis.types import SyntaxState


def _name(case: Case) -> str:
    return f"{case.language}/{case.name}"


CASES = tuple(cases())
WITH_FIXES = tuple(case for case in CASES if case.fixes)


def test_it_pairs_every_flawed_file_with_another_text() -> None:
    def is_paired(case: Case) -> bool:
        return bool(case.bad.strip() and case.safe.strip()) and case.bad != case.safe

    assert _failing(CASES, is_paired) == []


def test_it_keeps_cases_in_languages_that_can_be_submitted() -> None:
    assert _failing(CASES, lambda case: case.language in LANGUAGES) == []


def test_it_says_what_every_case_shows() -> None:
    assert _failing(CASES, lambda case: bool(case.title) and case.cwe > 0) == []


def test_it_has_a_right_fix_wherever_there_are_wrong_ones() -> None:
    assert _failing(WITH_FIXES, lambda case: any(fix.is_right for fix in case.fixes)) == []


def test_it_never_takes_the_flawed_file_for_a_fix() -> None:
    assert _failing(WITH_FIXES, lambda case: case.bad not in _texts(case)) == []


def test_it_knows_the_kind_of_every_wrong_fix() -> None:
    assert _failing(WITH_FIXES, lambda case: _kinds(case) <= KINDS.keys()) == []


def test_it_has_wrong_fixes_of_at_least_three_kinds() -> None:
    assert _failing(WITH_FIXES, lambda case: len(_kinds(case)) >= 3) == []


def test_it_tells_every_fix_from_the_others() -> None:
    assert _failing(WITH_FIXES, lambda case: len(set(_texts(case))) == len(case.fixes)) == []


def test_it_holds_sixty_cases_over_twenty_five_weaknesses_and_six_languages() -> None:
    assert len(CASES) >= 60
    assert len({case.cwe for case in CASES}) >= 25
    assert len({case.language for case in CASES}) >= 6


def test_it_holds_thirty_cases_with_five_kinds_of_wrong_fixes() -> None:
    assert sum(len(_kinds(case)) >= 5 for case in WITH_FIXES) >= 30


# Our scanners report a close relative of the weakness instead.
RELATIVES = {"password-digest": 328, "reset-token": 338}


@pytest.mark.parametrize("case", [c for c in CASES if c.language == "python"], ids=_name)
def test_it_finds_the_flaw_and_not_in_its_twin(case: Case) -> None:
    cwe = RELATIVES.get(case.name, case.cwe)
    flawed, safe = examine(case.bad, "python"), examine(case.safe, "python")
    assert cwe in {finding.cwe for finding in flawed.findings}
    assert cwe not in {finding.cwe for finding in safe.findings}
    assert flawed.syntax.state == safe.syntax.state == SyntaxState.VALID


def _failing(among: tuple[Case, ...], is_fine: Callable[[Case], bool]) -> list[str]:
    """The names of the cases that are not fine, so that a failure says where to look."""
    return [_name(case) for case in among if not is_fine(case)]


def _texts(case: Case) -> list[str]:
    return [fix.code for fix in case.fixes]


def _kinds(case: Case) -> set[str]:
    return {fix.kind for fix in case.fixes if not fix.is_right}
