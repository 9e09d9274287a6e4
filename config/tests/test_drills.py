"""The drills: all that are promised are there, and each says what it is for."""

from __future__ import annotations

import ast

import pytest

from config.workshop import scripts

PROMISED = {
    "kill-pool", "kill-workers", "stop-redis", "stop-database", "poison", "stale-worker",
    "stampede", "midnight", "rotate-keys", "hostile-urls", "canary-key", "providers",
    "planted-fixes", "red-team", "api-schema", "script-injection",
}  # fmt: skip

PURE = "pipeline.analysis"  # knows no Django


def names() -> set[str]:
    files = scripts.FOLDER.glob("drill_*.py")
    return {file.stem.removeprefix("drill_").replace("_", "-") for file in files}


def test_it_has_every_drill_that_is_promised() -> None:
    assert names() == PROMISED


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_it_says_of_each_drill_what_it_is_for(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts.run_script("drill", [])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if f" {name} " in line]
    assert line.endswith(".")


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_it_describes_each_drill_in_the_readme(name: str) -> None:
    assert f"`{name}`" in (scripts.FOLDER / "README.md").read_text()


def test_it_reads_no_database_address_before_the_laboratory_has_set_it() -> None:
    for file in (*scripts.FOLDER.glob("drill_*.py"), *scripts.FOLDER.glob("laboratory/*.py")):
        top = [
            node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ImportFrom)
        ]
        named = {node.module or "" for node in top}
        modules = {name.partition(".")[0] for name in named if not name.startswith(PURE)}
        assert modules.isdisjoint({"django", "accounts", "billing", "pipeline", "providers"}), file
