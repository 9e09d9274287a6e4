"""Where --output writes: beside each other, never over an original, never outside."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from pipeline.management.reviewing.output import CannotWrite, OutputFolder
from pipeline.management.reviewing.paths import Target
from pipeline.tests.report_samples import REBUILT, rebuild, reviewed_file


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def target(path: str, inside: str = "") -> Target:
    return Target(Path(path), path, PurePosixPath(inside or path))


def test_it_keeps_relative_paths(here: Path) -> None:
    source = target("src/pkg/tool.py")
    OutputFolder("out", [source]).write_rebuilt([(source, reviewed_file())])
    assert (here / "out/rebuilt/src/pkg/tool.py").read_text("utf-8") == REBUILT


def test_it_writes_every_character_as_it_is(here: Path) -> None:
    source, code = target("a.py"), "\ufeffa = 'ü'\r\nb = 2\r"
    file = reviewed_file(rebuild=rebuild(code))
    OutputFolder("out", [source]).write_rebuilt([(source, file)])
    assert (here / "out/rebuilt/a.py").read_bytes() == code.encode("utf-8")


def test_it_names_the_report_by_its_format(here: Path) -> None:
    path = OutputFolder("out", []).write_report("{}", "sarif")
    assert path == Path("out/report.sarif")
    assert (here / path).read_text("utf-8") == "{}"


def test_it_keeps_two_files_of_one_name_apart(here: Path) -> None:
    first, second = target("/one/x.py", "x.py"), target("/two/x.py", "x.py")
    files = [
        (first, reviewed_file(rebuild=rebuild("1"))),
        (second, reviewed_file(rebuild=rebuild("2"))),
    ]
    OutputFolder("out", [first, second]).write_rebuilt(files)
    written = {path.name: path.read_text() for path in (here / "out/rebuilt").iterdir()}
    assert written == {"x.py": "1", "x-2.py": "2"}


def test_it_never_writes_over_an_original(here: Path) -> None:
    (here / "rebuilt").mkdir()
    (here / "rebuilt" / "a.py").write_text("mine")
    mine, other = target("rebuilt/a.py"), target("a.py")
    with pytest.raises(CannotWrite, match="overwrite an original"):
        OutputFolder(".", [mine, other]).write_rebuilt([(other, reviewed_file())])
    assert (here / "rebuilt" / "a.py").read_text() == "mine"


def test_it_never_writes_through_a_link(here: Path) -> None:
    (here / "out/rebuilt").mkdir(parents=True)
    (here / "precious.py").write_text("mine")
    (here / "out/rebuilt/a.py").symlink_to(here / "precious.py")
    with pytest.raises(CannotWrite):
        OutputFolder("out", []).write_rebuilt([(target("a.py"), reviewed_file())])
    assert (here / "precious.py").read_text() == "mine"


def test_it_never_follows_a_link_out_of_the_folder(here: Path) -> None:
    (here / "out").mkdir()
    (here / "elsewhere").mkdir()
    (here / "out/rebuilt").symlink_to(here / "elsewhere", target_is_directory=True)
    with pytest.raises(CannotWrite, match="leads out"):
        OutputFolder("out", []).write_rebuilt([(target("a.py"), reviewed_file())])
    assert list((here / "elsewhere").iterdir()) == []


def test_it_says_when_the_folder_is_a_file(here: Path) -> None:
    (here / "out").write_text("a file")
    with pytest.raises(CannotWrite, match="out: "):
        OutputFolder("out", [])
