"""The archive fixer: honest archives unpack the same, others cannot leave the folder."""

import io
import tarfile
from pathlib import Path

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "tar-extract"
UNPACK = """\
import tarfile

def unpack(archive, folder):
    with tarfile.open(archive) as tar:
        tar.extractall(folder)  # everything
"""


def archive_with(place: Path, name: str) -> Path:
    """An archive of one small file called ``name``."""
    with tarfile.open(place, "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 5
        tar.addfile(member, io.BytesIO(b"hello"))
    return place


def test_it_unpacks_an_honest_archive(tmp_path: Path):
    archive = archive_with(tmp_path / "a.tar", "dir/file")
    run(fixed(UNPACK, RULE))["unpack"](archive, tmp_path / "out")
    assert (tmp_path / "out" / "dir" / "file").read_bytes() == b"hello"


def test_it_refuses_a_member_outside_of_the_folder(tmp_path: Path):
    archive = archive_with(tmp_path / "a.tar", "../escaped")
    with pytest.raises(tarfile.FilterError):
        run(fixed(UNPACK, RULE))["unpack"](archive, tmp_path / "out")
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tarfile.open(f).extractall()", 'tarfile.open(f).extractall(filter="data")'),
        (
            "t = tarfile.open(f)\nt.extract(m, d)",
            't = tarfile.open(f)\nt.extract(m, d, filter="data")',
        ),
    ],
)  # fmt: skip
def test_it_knows_the_forms(before: str, after: str):
    assert fixed(f"import tarfile\n{before}\n", RULE) == f"import tarfile\n{after}\n"


@pytest.mark.parametrize(
    ("line", "word"),
    [("extractall(d, members=safe(t))", "chosen"), ("extractall(*args)", "star")],
)
def test_it_refuses_where_it_is_not_sure(line: str, word: str):
    assert word in refusal(f"import tarfile\nt = tarfile.open(f)\nt.{line}\n", RULE)


@pytest.mark.parametrize(
    "code",
    [
        "import tarfile\nt = tarfile.open(f)\nt.extractall(filter='tar')\n",
        "import zipfile\nz = zipfile.ZipFile(f)\nz.extractall()\n",
        "def f(tar):\n    tar.extractall()\n",
        "import tarfile\ndef f(t):\n    tarfile.open(t)\n    t.extractall()\n",
    ],
)
def test_it_leaves_other_things_alone(code: str):
    assert untouched(code)
