"""Only repairs that honest use cannot notice make a verdict HIGH, and each fixer has its tests."""

from pathlib import Path

import pytest

from pipeline.analysis.engine import quality
from pipeline.analysis.fixers import FIXERS
from pipeline.tests.fixing import rebuild

TESTED_TOGETHER = {
    "sax-entities": "xml_entities",
    "lxml-entities": "xml_entities",
    "missing-timeout": "missing_timeout",
}
PROVEN = "import yaml\n\ndef read(text):\n    return yaml.load(text, Loader=yaml.Loader)\n"
NOTICED = "import os\n\ndef share(path):\n    os.chmod(path, 0o777)\n"


@pytest.mark.parametrize("fixer", FIXERS, ids=lambda fixer: fixer.id)
def test_it_has_tests_that_run_both_versions(fixer):
    name = TESTED_TOGETHER.get(fixer.id, fixer.id.replace("-", "_"))
    assert (Path(__file__).parent / f"test_fixer_{name}.py").exists()


def test_it_has_each_fixer_once():
    assert len({fixer.id for fixer in FIXERS}) == len(FIXERS) >= 20


@pytest.mark.parametrize(("code", "confidence"), [(PROVEN, "HIGH"), (NOTICED, "MEDIUM")])
def test_it_trusts_proven_repairs_alone(code: str, confidence: str):
    result = rebuild(code)
    assert {change.proven for change in result.changes} == {confidence == "HIGH"}
    assert quality(code, result.code, "python").confidence == confidence


def test_it_does_not_trust_a_proven_repair_beside_another():
    both = PROVEN + NOTICED
    assert quality(both, rebuild(both).code, "python").confidence == "MEDIUM"
