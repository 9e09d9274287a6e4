"""Metrics from the database: read when asked for, but seldom when reading is slow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from operations import metrics


@pytest.fixture(autouse=True)
def a_counting_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """One metric that says how often it was read."""
    times = count(1)

    def read() -> Iterator[Metric]:
        yield GaugeMetricFamily("readings", "How often", next(times))

    monkeypatch.setattr(metrics, "_reads", [read])
    monkeypatch.setattr(metrics, "_kept", (0.0, b""))


def readings() -> str:
    lines = metrics.exposition().decode().splitlines()
    return next(line for line in lines if line.startswith("readings "))


def test_it_reads_anew_when_reading_is_quick() -> None:
    assert [readings(), readings()] == ["readings 1.0", "readings 2.0"]


def test_it_gives_the_same_again_when_reading_was_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(metrics, "SHARE_OF_TIME", 1_000_000)
    assert [readings(), readings()] == ["readings 1.0", "readings 1.0"]


def test_it_reads_anew_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(metrics, "SHARE_OF_TIME", 0)
    assert [readings(), readings()] == ["readings 1.0", "readings 2.0"]
