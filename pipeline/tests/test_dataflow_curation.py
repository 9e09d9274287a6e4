"""Reports of scanners about constant or cleaned values are left out, and the check says so."""

import pytest

from pipeline.analysis.engine import examine
from pipeline.tests.flowing import HEAD

LEFT_OUT = {
    89: "bar = 'x'\n    q = f\"select a from b where c = '{bar}'\"\n    db.execute(q)",
    78: "num = 86\n    bar = 'ls' if 7 * 42 - num > 200 else param\n    os.system(bar)",
    95: "bar = {'a': '1', 'b': param}\n    eval(bar['a'])",
    502: "import pickle\n    bar = [param, 'x']\n    bar.pop(0)\n    pickle.loads(bar[0])",
    776: "import xml.etree.ElementTree as ET\n    ET.fromstring('<a/>')",
}
KEPT = {
    89: "q = f\"select a from b where c = '{unknown()}'\"\n    db.execute(q)",
    78: "os.system(str(os.path.sep) + param)",
    95: "bar = {'a': '1', 'b': param}\n    eval(bar[param])",
    502: "import pickle\n    pickle.loads(param)",
    776: "import xml.etree.ElementTree as ET\n    ET.fromstring(load())",
}


def cwes(body: str) -> set[int | None]:
    return {f.cwe for f in examine(f"{HEAD}    {body}\n", "python").findings}


@pytest.mark.parametrize("cwe", LEFT_OUT)
def test_it_leaves_out_a_report_about_a_constant(cwe):
    assert cwe not in cwes(LEFT_OUT[cwe])


@pytest.mark.parametrize("cwe", KEPT)
def test_it_keeps_a_report_about_anything_else(cwe):
    assert cwe in cwes(KEPT[cwe])


@pytest.mark.parametrize("check", ["checks.is_safe(param)", "(bar := checks.sanitize(param))"])
def test_it_leaves_nothing_out_for_a_check_of_which_it_knows_the_name_alone(check):
    found = examine(
        f"{HEAD}    import checks\n    bar = param\n    if {check}:\n        os.system(bar)\n",
        "python",
    ).findings
    assert 78 in {f.cwe for f in found}


def test_it_says_once_which_reports_it_left_out():
    checks = examine(f"{HEAD}    {LEFT_OUT[95]}\n", "python").checks
    said = [check.reason for check in checks if "left out" in check.reason]
    assert said == ["1 report of constant or cleaned values left out: B307 in line 8"]


def test_it_joins_what_it_follows_with_what_scanners_report():
    (found,) = [f for f in examine(f"{HEAD}    eval(param)\n", "python").findings if f.cwe == 95]
    assert found.sources == ("dataflow", "bandit", "ruff")
    assert found.severity == "CRITICAL"


@pytest.mark.parametrize(
    ("body", "cwe"),
    [
        ("subprocess.run('ping ' + param, shell=True)", 78),
        ("os.system(f'ping {param}')", 78),
        ("return eval(param)", 95),
        ("db.execute(\"SELECT * FROM t WHERE n = '%s'\" % param)", 89),
    ],
)
def test_it_calls_a_value_from_a_request_critical(body, cwe):
    found = examine(f"{HEAD}    {body}\n", "python").findings
    assert [f.severity for f in found if f.cwe == cwe] == ["CRITICAL"]
