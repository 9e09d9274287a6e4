"""The permission fixer: the owner's rights stay, the others can no longer write."""

from pathlib import Path

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "world-writable"
CODE = "import os\ndef share(p):\n    os.chmod(p, 0o777)  # all\n"


def mode_after(code: str, path: Path) -> int:
    path.touch()
    run(code)["share"](path)
    return path.stat().st_mode & 0o777


def test_it_keeps_the_owners_rights_and_reading(tmp_path: Path):
    before, after = mode_after(CODE, tmp_path / "a"), mode_after(fixed(CODE, RULE), tmp_path / "a")
    assert before & 0o700 == after & 0o700
    assert before & 0o055 == after & 0o055


def test_it_lets_nobody_else_write(tmp_path: Path):
    assert mode_after(fixed(CODE, RULE), tmp_path / "a") & 0o022 == 0
    assert "    os.chmod(p, 0o755)  # all\n" in fixed(CODE, RULE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os\nos.chmod(p, mode=0o666)\n", "import os\nos.chmod(p, mode=0o644)\n"),
        (
            "from pathlib import Path\nPath(p).chmod(0o646)\n",
            "from pathlib import Path\nPath(p).chmod(0o644)\n",
        ),
    ],
)
def test_it_knows_the_forms(before: str, after: str):
    assert fixed(before, RULE) == after


@pytest.mark.parametrize(
    ("mode", "word"), [("0o1777", "sticky"), ("stat.S_IRWXU | stat.S_IRWXO", "names")]
)
def test_it_refuses_where_it_is_not_sure(mode: str, word: str):
    assert word in refusal(f"import os, stat\nos.chmod(p, {mode})\n", RULE)


@pytest.mark.parametrize("line", ["os.chmod(p, 0o755)", "os.chmod(p, mode)", "thing.chmod(0o777)"])
def test_it_leaves_other_things_alone(line: str):
    assert untouched(f"import os\n{line}\n")
