"""The original is the answer where the rebuilt code is worse, and only there."""

from __future__ import annotations

import pytest

from pipeline.analysis import engine

VULNERABLE = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n"
REPAIRED = "import yaml\n\n\ndef settings(text):\n    return yaml.safe_load(text)\n"
HARMFUL = {
    "does not parse": "import yaml\n\n\ndef settings(text:\n    return yaml.safe_load(text)\n",
    "most of the code is gone": "pass\n",
    "serious findings": f"{VULNERABLE}\n\ndef run(word):\n    import os\n\n    os.system(word)\n",
    "repairs nothing": "import yaml\n\n\ndef other(text):\n    return yaml.load(text)\n",
}


@pytest.mark.parametrize("reason", HARMFUL)
def test_it_says_why_the_original_is_better(reason: str) -> None:
    assert reason in engine.quality(VULNERABLE, HARMFUL[reason], "python").worse


def test_a_repair_is_no_harm() -> None:
    assert engine.quality(VULNERABLE, REPAIRED, "python").worse == ""


def test_an_imperfect_repair_is_no_harm() -> None:
    imperfect = REPAIRED.replace("settings(text)", "settings(text, deep)")
    verdict = engine.quality(VULNERABLE, imperfect, "python")
    assert (verdict.confidence, verdict.worse) == ("LOW", "")


def test_what_was_not_changed_is_no_harm() -> None:
    assert engine.quality(VULNERABLE, VULNERABLE, "python").worse == ""


def test_code_that_never_parsed_is_not_worse_for_that() -> None:
    broken = "def settings(text:\n    pass\n"
    assert "parse" not in engine.quality(broken, f"{broken}\n# more\n", "python").worse
