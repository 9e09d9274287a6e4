"""What a bench concludes from its figures."""

from __future__ import annotations

from benchmarks.laboratory.report import Report


def test_it_holds_when_every_bound_does() -> None:
    report = Report()
    report.at_least("share", 0.4, 0.4)
    report.at_most("memory", 200.0, 200.0, unit=" MB")
    report.exactly("lost", 0, 0)
    assert report.verdict() == 0
    assert report.lines[-1] == "HELD: all 3 bounds."


def test_it_is_broken_by_one_bound_that_does_not() -> None:
    report = Report()
    report.exactly("lost", 0, 0)
    report.at_least("share", 0.39, 0.4)
    assert report.verdict() == 1
    assert report.lines[-1] == "BROKEN: share: 0.39, at least 0.4."


def test_it_is_not_broken_by_a_missed_goal() -> None:
    report = Report()
    report.exactly("lost", 0, 0)
    report.goal("p99", 81.0, 80.0)
    assert report.verdict() == 0
    assert any("81.0 ms (goal 80 ms missed)" in line for line in report.lines)


def test_it_is_broken_when_nothing_was_measured() -> None:
    assert Report().verdict() == 1
