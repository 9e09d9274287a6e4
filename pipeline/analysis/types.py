"""What an analysis says: findings, dossier, rebuilt code and verdict, as plain validated data.

Every value here crosses a process boundary as JSON and is stored as a step result, whether the
built-in engine or a language model produced it. Nothing in this module reads submitted code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How bad a finding is if it is real, worst first."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"

    @property
    def rank(self) -> int:
        """0 for the worst; sorting by it puts the worst finding first."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Confidence(StrEnum):
    """How far a verdict may be trusted; computed from checks, never claimed by a model."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Value(BaseModel):
    """Base of all analysis values: immutable, and strict about unknown fields.

    What does not fit is not quoted: it holds code, and what is said of it goes into logs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Finding(Value):
    """One problem at one place. Lines and columns count from 1; columns are characters."""

    severity: Severity
    cwe: int | None = Field(description="CWE number, or None where no weakness class fits")
    line: int = Field(ge=1)
    end_line: int = Field(ge=1)
    column: int = Field(default=1, ge=1)
    title: str
    description: str
    impact: str = Field(description="what it can do to the running system")
    action: str = Field(description="what to do about it")
    snippet: str = Field(description="the lines it stands on, cut to a readable length")
    sources: tuple[str, ...] = Field(description="who reported it: bandit, ruff, secrets, text")
    rules: tuple[str, ...] = Field(description="rule ids of those sources, such as B602 or S602")
    fingerprint: str = Field(description="stable when lines move: normalised snippet and CWE")


class SyntaxState(StrEnum):
    """The answer of the syntax check."""

    VALID = "valid"
    BROKEN = "broken"
    NOT_PARSABLE_HERE = "not-parsable-here"  # newer syntax than this interpreter knows, or too deep
    NOT_CHECKED = "not-checked"  # there is no parser for this language


class Syntax(Value):
    """Whether the code parses, and where it does not."""

    state: SyntaxState
    message: str = ""
    line: int | None = None


class Check(Value):
    """One check that ran, or did not: ``reason`` says why it did not."""

    name: str
    ran: bool
    reason: str = ""


class Component(Value):
    """A named part of the code and what it does, read from the code and not from its name alone."""

    kind: Literal["module", "class", "function", "method", "statement", "section"]
    name: str
    line: int
    end_line: int
    description: str = ""


class Examination(Value):
    """Everything measured about one text: the input of dossier and verdict."""

    language: str
    lines: int
    code_lines: int
    comment_lines: int
    size_bytes: int
    longest_line: int
    syntax: Syntax
    findings: tuple[Finding, ...]
    components: tuple[Component, ...]
    imports: tuple[str, ...]
    assumptions: tuple[str, ...] = Field(description="what the code expects of its environment")
    checks: tuple[Check, ...]


class Brief(Value):
    """The executive brief at the top of a dossier."""

    what: str
    purpose: str
    score: float = Field(ge=0, le=10)
    biggest_risk: str


class Assessment(Value):
    """The dossier's last word."""

    stage: Literal["prototype", "production", "unknown"]
    trusted_in_production: bool
    reason: str


class SecondLook(Value):
    """What a model said of the code without its comments and strings, because they spoke to it."""

    lines: tuple[int, ...] = Field(description="where they begin")
    only_first: tuple[str, ...] = Field(default=(), description="found with them in the code only")
    only_second: tuple[str, ...] = Field(default=(), description="found without them only")
    note: str = Field(default="", description="why there was no second look")


class Dossier(Value):
    """Result of the forensic step."""

    brief: Brief
    syntax: Syntax
    components: tuple[Component, ...]
    dependencies: tuple[str, ...]
    assumptions: tuple[str, ...]
    findings: tuple[Finding, ...]
    trace: tuple[str, ...] = Field(description="plain-language account of what the code does")
    assessment: Assessment
    checks: tuple[Check, ...]
    not_checked: tuple[str, ...] = Field(description="what nobody looked at, in plain words")
    dropped_findings: int = Field(default=0, description="a model quoted code that is not there")
    unstructured: str = Field(default="", description="a model's prose, where it kept no structure")
    second_look: SecondLook | None = Field(default=None, description="null where none was needed")


class Change(Value):
    """One change that the rebuilder made. ``line`` counts in the original.

    ``proven``: the fixer shows that only an attack can notice the change; a model never is.
    """

    rule: str
    title: str
    line: int
    cwe: int | None = None
    proven: bool = False


class Refusal(Value):
    """A place where a fixer knew the problem but was not sure of the repair."""

    rule: str
    line: int
    reason: str


class Round(Value):
    """One answer of a model to the rebuilder step, and what the ledger said of it."""

    engine: str
    confidence: Confidence
    failed: tuple[str, ...] = Field(description="the checks that failed, each with its reason")
    kept: bool = Field(default=False, description="whether this answer is the result")


class Rebuild(Value):
    """Result of the rebuilder step. ``code`` equals the original when nothing was changed.

    ``rejected`` holds the best answer where that was worse than the original, which is then shown.
    """

    code: str
    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...]
    note: str = ""
    rounds: tuple[Round, ...] = Field(default=(), description="of a model, in their order")
    rejected: str = ""


class Outcome(StrEnum):
    """How one verdict check ended."""

    PASSED = "pass"
    FAILED = "fail"
    NOT_RUN = "not-run"


class VerdictCheck(Value):
    """A measured reason behind the confidence of a verdict: a row of the ledger."""

    id: str = Field(default="", description="stable name; results older than it have none")
    name: str
    outcome: Outcome
    detail: str


class Fate(Value):
    """What became of a finding of the original in the rebuilt code, where both were measured."""

    fingerprint: str
    line: int | None = Field(description="where it stands now; null when it is gone")


class Verdict(Value):
    """Result of the quality step."""

    sentence: str
    improvements: tuple[str, ...]
    remaining: tuple[str, ...]
    confidence: Confidence
    rule: str = Field(default="", description="the rule of the table that gave the confidence")
    reason: str = Field(default="", description="that rule in words")
    checks: tuple[VerdictCheck, ...]
    fates: tuple[Fate, ...] = Field(default=(), description="one for each measured finding")
    worse: str = Field(default="", description="why the original is the better one, if it is")
    explanation: str = Field(default="", description="a model's sentence; it decides nothing")
    claimed_confidence: str = Field(default="", description="a model's own; only displayed")
    unstructured: str = Field(default="", description="a model's prose, where it kept no structure")
