"""The dossier says no more than was measured, and counts its score by a rule."""

import pytest

from pipeline.analysis.coverage import COVERAGE
from pipeline.analysis.dossier import assess, compose, score
from pipeline.analysis.engine import forensic
from pipeline.analysis.types import Check, Examination, Finding, Severity, Syntax, SyntaxState

SCANNERS = COVERAGE["python"].scanners
RAN = tuple(Check(name=name, ran=True) for name in ("syntax", *SCANNERS))


def finding(severity: Severity, line: int = 1) -> Finding:
    return Finding(
        severity=severity,
        cwe=78,
        line=line,
        end_line=line,
        title="A command goes through the shell",
        description="d.",
        impact="Strangers run commands.",
        action="a.",
        snippet="s",
        sources=("bandit",),
        rules=("B602",),
        fingerprint=f"{severity}{line}",
    )


def examination(*severities: Severity, **changed) -> Examination:
    values = {
        "language": "python",
        "lines": 3,
        "code_lines": 3,
        "comment_lines": 0,
        "size_bytes": 30,
        "longest_line": 10,
        "syntax": Syntax(state=SyntaxState.VALID),
        "findings": tuple(finding(s, n + 1) for n, s in enumerate(severities)),
        "components": (),
        "imports": (),
        "assumptions": (),
        "checks": RAN,
    }
    return Examination(**(values | changed))


BROKEN = Syntax(state=SyntaxState.BROKEN, message="invalid syntax", line=7)
UNSCANNED = (Check(name="bandit", ran=False, reason="bandit took too long"), *RAN[::2])
CRITICAL, HIGH, MEDIUM, LOW = Severity


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ((), 10.0),
        ((LOW,), 9.9),
        ((LOW,) * 50, 9.0),
        ((MEDIUM, LOW), 9.3),
        ((HIGH,), 8.5),
        ((CRITICAL,), 7.0),
        ((CRITICAL,) * 9, 2.0),
        ((CRITICAL,) * 9 + (HIGH,) * 9, 0.0),
    ],
)
def test_it_takes_points_off_for_findings(severities, expected):
    assert score(examination(*severities)) == expected


def test_it_gives_broken_code_two_points_at_most():
    assert score(examination(syntax=BROKEN)) == 2.0


@pytest.mark.parametrize("changed", [{"checks": UNSCANNED}, {"language": "go"}])
def test_it_gives_unscanned_code_six_points_at_most(changed):
    assert score(examination(**changed)) == 6.0


def test_it_trusts_only_scanned_code_without_serious_findings():
    trusted = assess(examination(LOW))
    assert (trusted.stage, trusted.trusted_in_production) == ("production", True)
    assert "not whether it does the right thing" in trusted.reason


@pytest.mark.parametrize(
    "code",
    [
        "from flask import Flask, request\napp = Flask('x')\n\n\n@app.get('/')\ndef page():\n"
        "    return str(len(request.args['name']))\n",
        "from django.http import HttpResponse\n\n\ndef page(request):\n"
        "    return HttpResponse(len(request.GET['name']))\n",
    ],
)
def test_it_does_not_trust_silence_about_code_that_answers_requests(code: str):
    dossier = forensic(code, "python")
    assert dossier.findings == ()
    assert dossier.assessment.trusted_in_production is False
    assert "nobody looked at who may do what" in dossier.brief.biggest_risk
    assert dossier.brief.score == 7.0


@pytest.mark.parametrize(
    ("changed", "stage"),
    [
        ({"syntax": BROKEN}, "prototype"),
        ({"findings": (finding(CRITICAL),)}, "prototype"),
        ({"findings": (finding(HIGH),)}, "prototype"),
        ({"findings": tuple(finding(MEDIUM, n) for n in (1, 2, 3))}, "prototype"),
        ({"findings": (finding(MEDIUM),)}, "production"),
        ({"checks": UNSCANNED}, "unknown"),
        ({"language": "go"}, "unknown"),
    ],
)
def test_it_does_not_trust_what_it_found_wrong_or_could_not_judge(changed, stage):
    assessment = assess(examination(**changed))
    assert (assessment.stage, assessment.trusted_in_production) == (stage, False)


def test_it_answers_no_and_gives_no_number_of_a_finding():
    reason = assess(examination(HIGH)).reason
    assert reason.startswith("No, 1 serious finding must be dealt with first: ")


def test_it_names_the_worst_finding_as_the_biggest_risk():
    brief = compose(examination(HIGH, LOW)).brief
    assert brief.biggest_risk.startswith("A command goes through the shell (line 1, HIGH).")


def test_it_does_not_call_unscanned_code_free_of_risk():
    assert compose(examination(language="go")).brief.biggest_risk.startswith("Unknown")


def test_it_lists_a_check_that_did_not_run():
    said = compose(examination(checks=UNSCANNED)).not_checked
    assert said[0] == "The check bandit did not run: bandit took too long."


def test_it_says_what_no_rule_looks_at():
    said = " ".join(compose(examination()).not_checked)
    for gap in ("path traversal across files", "stored before"):
        assert gap in said
    for gap in ("authorisation", "business logic", "concurrency"):
        assert gap in said


def test_it_says_that_another_language_was_hardly_looked_at():
    said = compose(examination(language="go")).not_checked
    assert any("there is no Go scanner here" in sentence for sentence in said)


def test_it_admits_that_it_cannot_read_a_comment():
    assert any("cannot interpret prose" in s for s in compose(examination(), "", "hi").not_checked)
    assert not any("cannot interpret prose" in s for s in compose(examination()).not_checked)


def test_it_tells_what_the_code_does_in_order():
    dossier = forensic(
        '"""Cleans up."""\nimport shutil\n\ndef clean(p):\n    shutil.rmtree(p)\n\n'
        "if __name__ == '__main__':\n    clean('/tmp/x')\n",
        "python",
        "clean.py",
    )
    assert dossier.brief.what == "clean.py: 8 lines of Python with 1 function."
    assert dossier.brief.purpose == (
        'Says of itself: "Cleans up." '
        "It is a program to be started, with an entry point of its own."
    )
    assert dossier.trace[1:] == (
        "Line 4, clean(): Deletes whole directory trees, returns nothing.",
        "Line 7, entry point: Started as a program, it calls clean().",
    )


def test_it_says_how_many_parts_its_account_leaves_out():
    code = "".join(f"def f{n}(a):\n    return eval(a)\n\n\n" for n in range(30))
    assert forensic(code, "python").trace[-1] == "5 more parts are left out here."


def test_it_does_not_claim_to_have_followed_code_read_as_tokens():
    dossier = forensic("a { color: red }\n", "css")
    assert dossier.trace[0] == "It declares a (line 1)."
    assert "read as tokens, not parsed" in dossier.trace[-1]
