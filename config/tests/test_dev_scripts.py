"""./dev bench and ./dev drill find their scripts by name."""

from pathlib import Path

import pytest

from config.workshop import scripts
from config.workshop.console import StopError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drill_kill_pool.py").write_text('"""Kills the pool.\n\nMore."""\n')
    (tmp_path / "bench_review.py").write_text('"""Times reviews."""\n')
    return tmp_path


def test_it_takes_a_dash_for_an_underscore(folder: Path) -> None:
    assert scripts.find("drill", "kill-pool", folder).name == "drill_kill_pool.py"


def test_it_names_what_there_is_instead(folder: Path) -> None:
    with pytest.raises(StopError, match="there are: kill-pool"):
        scripts.find("drill", "review", folder)


def test_it_lists_each_script_with_its_purpose(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scripts, "FOLDER", folder)
    assert scripts.run_script("bench", []) == 0
    assert capsys.readouterr().out.split() == ["./dev", "bench", "review", "Times", "reviews."]
