"""The chart of a history: checks sorted into slots of time, bars within the picture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from providers.drawing import FAILED_HEIGHT, HEIGHT, LEAST, WIDTH, Chart, Check, Scale

SCALE = Scale("day", "Last 24 hours", timedelta(minutes=30), 48)
NOW = datetime(2030, 1, 2, 12, 10, tzinfo=UTC)


def drawn(*checks: Check) -> Chart:
    return Chart.of(SCALE, NOW, checks)


def ago(minutes: int, ok: bool = True, latency_ms: int = 100) -> Check:
    return Check(NOW - timedelta(minutes=minutes), ok, latency_ms)


def test_it_begins_at_a_round_time() -> None:
    assert SCALE.start(NOW) == datetime(2030, 1, 1, 12, 30, tzinfo=UTC)


def test_it_puts_checks_of_the_same_time_into_one_slot() -> None:
    chart = drawn(ago(5, latency_ms=100), ago(9, latency_ms=300), ago(20))
    assert [(slot.place, slot.checks) for slot in chart.slots] == [(47, 2), (46, 1)]
    assert chart.slots[0].latency_ms == 200


def test_it_leaves_out_what_is_before_its_start() -> None:
    assert drawn(ago(60 * 25)).slots == ()
    assert drawn().summary == "No checks."


def test_it_times_good_checks_only() -> None:
    chart = drawn(ago(1, ok=False, latency_ms=9999), ago(2))
    assert chart.slowest_ms == 100
    assert (chart.checks, chart.failed) == (2, 1)


def test_it_draws_a_failure_as_high_as_its_share() -> None:
    half, whole = drawn(ago(1, ok=False), ago(2)), drawn(ago(1, ok=False))
    assert half.failures[0].height == FAILED_HEIGHT // 2
    assert whole.failures[0].height == FAILED_HEIGHT
    assert whole.times == []


def test_it_draws_times_in_proportion_and_none_too_low_to_be_seen() -> None:
    high, low, least = drawn(
        ago(100, latency_ms=1000), ago(50, latency_ms=500), ago(1, latency_ms=0)
    ).times
    assert low.height == high.height // 2
    assert least.height == LEAST


def test_it_stays_within_the_picture() -> None:
    chart = drawn(*(ago(minutes, ok=minutes % 3 > 0) for minutes in range(0, 60 * 24, 7)))
    for bar in chart.failures + chart.times:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.y + bar.height <= HEIGHT


def test_it_takes_a_check_from_a_clock_that_is_ahead() -> None:
    assert drawn(ago(-45)).slots[0].place == 47
