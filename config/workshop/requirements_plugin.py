"""A pytest plugin: skips what this machine has no server or browser for, or insists on all of it.

With REQUIRE_ALL=1 nothing may be skipped: each skipped test fails, with the reason it gave.
"""

import os
from collections.abc import Generator
from copy import deepcopy
from uuid import uuid4

import pytest

from .needs import missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as skipped what cannot run here."""
    for name, reason in missing().items():
        for item in items:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def own_cache_keys(request: pytest.FixtureRequest) -> None:
    """Let no test read what another one left in Redis, nor touch what is there already."""
    if not request.config.pluginmanager.hasplugin("django"):
        return
    settings = request.getfixturevalue("settings")
    if settings.REDIS_URL:
        caches = deepcopy(settings.CACHES)
        caches["default"]["KEY_PREFIX"] = f"test-{uuid4().hex}"
        settings.CACHES = caches


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped when all are required."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no module be skipped when all are required."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure; an expected failure (xfail) is not a skip."""
    if os.environ.get("REQUIRE_ALL") != "1" or hasattr(report, "wasxfail"):
        return
    if report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1, but this was skipped: {report.longrepr}"
