"""One reviewed file with a bit of everything, for the tests of all report formats."""

from __future__ import annotations

from typing import Any

from pipeline.analysis.types import (
    Assessment,
    Brief,
    Change,
    Check,
    Component,
    Confidence,
    Dossier,
    Finding,
    Outcome,
    Rebuild,
    Refusal,
    Severity,
    Syntax,
    SyntaxState,
    Verdict,
    VerdictCheck,
)
from pipeline.reports import ReviewedFile

CODE = 'import os\n\n\ndef run(name):\n    os.system("ls " + name)\n    eval(name)\n'
REBUILT = "import ast\n" + CODE.replace("eval", "ast.literal_eval")
HOSTILE = "\x1b[2J\x1b]0;gone\x07 \u202efdp.exe\u2066 <script>alert(1)</script> `x` | [a](b)"


def finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "severity": Severity.HIGH,
        "cwe": 78,
        "line": 5,
        "end_line": 5,
        "column": 5,
        "title": "Shell command built from input",
        "description": "A command line is put together from a value that comes from outside.",
        "impact": "Whoever controls the value runs commands on the server.",
        "action": "Pass an argument list.",
        "snippet": '    os.system("ls " + name)',
        "sources": ("bandit", "ruff"),
        "rules": ("B605", "S605"),
        "fingerprint": "a" * 64,
    }
    return Finding(**{**values, **changes})


def eval_finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "severity": Severity.CRITICAL,
        "cwe": 95,
        "line": 6,
        "end_line": 6,
        "title": "Input is evaluated as code",
        "snippet": "    eval(name)",
        "sources": ("bandit",),
        "rules": ("B307",),
        "fingerprint": "b" * 64,
    }
    return finding(**{**values, **changes})


def style_finding() -> Finding:
    return finding(
        severity=Severity.LOW, cwe=None, line=1, end_line=1, column=1, title="Unused import",
        snippet="import os", sources=("ruff",), rules=("F401",), fingerprint="c" * 64,
    )  # fmt: skip


def dossier(*findings: Finding) -> Dossier:
    return Dossier(
        brief=Brief(
            what="A script of one function.",
            purpose="It lists a folder.",
            score=3.5,
            biggest_risk="Input is evaluated as code in line 6.",
        ),
        syntax=Syntax(state=SyntaxState.VALID),
        components=(
            Component(kind="function", name="run", line=4, end_line=6, description="runs ls"),
        ),
        dependencies=("os",),
        assumptions=("A POSIX shell.",),
        findings=findings,
        trace=("Defines run.",),
        assessment=Assessment(
            stage="prototype", trusted_in_production=False, reason="It runs what it is given."
        ),
        checks=(
            Check(name="bandit", ran=True),
            Check(name="ruff", ran=False, reason="it timed out"),
        ),
        not_checked=("Authorisation.",),
    )


def verdict(**changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "sentence": "One of two findings is gone.",
        "improvements": ("eval became literal_eval.",),
        "remaining": ("The shell command.",),
        "confidence": Confidence.LOW,
        "checks": (
            VerdictCheck(name="parses", outcome=Outcome.PASSED, detail="As before."),
            VerdictCheck(name="behaviour", outcome=Outcome.NOT_RUN, detail="No tests were sent."),
        ),
    }
    return Verdict(**{**values, **changes})


def rebuild(code: str = REBUILT) -> Rebuild:
    return Rebuild(
        code=code,
        changes=(Change(rule="eval", title="eval became ast.literal_eval", line=6, cwe=95),),
        refusals=(Refusal(rule="shell", line=5, reason="The command is not a constant."),),
    )


def reviewed_file(**changes: Any) -> ReviewedFile:
    values: dict[str, Any] = {
        "path": "src/tool.py",
        "language": "python",
        "code": CODE,
        "dossier": dossier(style_finding(), finding(), eval_finding()),
        "rebuild": rebuild(),
        "verdict": verdict(),
        "seconds": 0.4,
        "submission": "abc",
    }
    return ReviewedFile(**{**values, **changes})


def failed_file() -> ReviewedFile:
    return ReviewedFile(path="src/bad.py", language="python", error="The analysers stopped.")


def hostile_file() -> ReviewedFile:
    """Everything that an attacker or a model can choose says something nasty."""
    return reviewed_file(
        path=f"src/{HOSTILE}.py",
        dossier=dossier(
            finding(
                title=HOSTILE,
                description=HOSTILE,
                impact=HOSTILE,
                action=HOSTILE,
                snippet=f"{HOSTILE}\n```\n# heading\n```",
                rules=(HOSTILE,),
            )
        ),
        rebuild=rebuild().model_copy(update={"note": HOSTILE}),
        verdict=verdict(sentence=HOSTILE, improvements=(HOSTILE,)),
    )
