"""The repair step of the built-in engine: apply what is sure, refuse the rest and say why.

Pure Python, one thread; the only process it starts is ruff's. Submitted code is never executed.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.analysis.fixers import FIXERS
from pipeline.analysis.fixers.base import Doubt, Edit, Repair
from pipeline.analysis.fixers.imports import import_edits
from pipeline.analysis.fixers.ruff_rules import RuffError, ruff_repairs
from pipeline.analysis.fixers.source import Source, UnreadableError
from pipeline.analysis.fixers.splice import Splice, Taken
from pipeline.analysis.languages import LANGUAGES, label_of
from pipeline.analysis.types import Change, Finding, Rebuild, Refusal

MAX_ROUNDS = 4  # a repair that overlaps another one waits for the next round
MAX_DEPTH = 250  # nesting of the syntax tree up to which it is walked
BOM = "\ufeff"
ANSWERS = {fixer.id: frozenset(fixer.answers) for fixer in FIXERS}


@dataclass
class Round:
    """One pass over one text: what was asked for, what was made, what has to wait."""

    text: str
    notes: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    made: list[Repair] = field(default_factory=list)
    waiting: bool = False
    source: Source | None = None

    @property
    def edits(self) -> list[Edit]:
        """Every edit of the repairs that were made, without the imports they need."""
        return [edit for repair in self.made for edit in repair.edits]

    def result(self, extra: Sequence[Repair] = ()) -> Splice | None:
        """The text with the made repairs and ``extra``; None where an import finds no place."""
        repairs = [*self.made, *extra]
        edits = [edit for repair in repairs for edit in repair.edits]
        imports = import_edits(self.source, repairs) if self.source else []
        return None if imports is None else Splice(self.text, [*imports, *edits])


def rebuild_code(
    code: str, language: str, findings: Sequence[Finding] = (), filename: str = ""
) -> Rebuild:
    """Repair ``code`` where the repair is sure.

    ``findings`` are those of the original; a change carries the CWE of the finding that it answers.
    Lines of changes and refusals count in the original. The result parses, and rebuilding it again
    changes nothing. Code of another language, or that does not parse, comes back as it was, with a
    note. Never raises because of what ``code`` contains.
    """
    obstacle = _obstacle(code, language)
    if obstacle:
        return Rebuild(code=code, changes=(), refusals=(), note=obstacle)
    mark = BOM if code.startswith(BOM) else ""
    rebuilt, rounds, lines = _run_rounds(code.removeprefix(BOM), filename)
    changes = [
        _change(repair, origin[repair.line - 1], findings)
        for step, origin in zip(rounds, lines, strict=True)
        for repair in step.made
    ]
    refusals = [_refusal(doubt, lines[-1][doubt.line - 1]) for doubt in rounds[-1].doubts]
    return Rebuild(
        code=mark + rebuilt,
        changes=tuple(sorted(changes, key=lambda change: (change.line, change.rule))),
        refusals=tuple(sorted(refusals, key=lambda refusal: (refusal.line, refusal.rule))),
        note=" ".join(rounds[-1].notes),
    )


def _obstacle(code: str, language: str) -> str:
    """Why nothing can be repaired here, or an empty string."""
    if language != "python":
        named = label_of(language) if language in LANGUAGES else "unknown"
        return (
            f"The built-in engine does not rebuild {named} code: it has repairs whose "
            "effect it can prove for Python only. The code is unchanged; a configured "
            "language model can rebuild it."
        )
    tree = _parse(code.removeprefix(BOM))
    if tree is None:
        return (
            "The code does not parse with this Python version, so no repair of it could be "
            "checked. It is unchanged."
        )
    if _depth(tree) > MAX_DEPTH:
        return "The code is nested too deeply to be rebuilt within bounds. It is unchanged."
    return ""


def _parse(text: str) -> ast.Module | None:
    """The syntax tree of ``text``, None where this interpreter refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _depth(tree: ast.AST) -> int:
    """How many levels the syntax tree has; walks without recursion."""
    depth = 0
    level: list[ast.AST] = [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _run_rounds(text: str, filename: str) -> tuple[str, list[Round], list[list[int]]]:
    """Repair until nothing waits: the text, the rounds, and the original lines each counted in."""
    rounds: list[Round] = []
    lines = [list(range(1, Splice(text, []).line_count + 1))]
    while True:
        step = _run_round(text, filename)
        rounds.append(step)
        if not step.waiting or not step.made or len(rounds) == MAX_ROUNDS:
            break
        spliced = step.result()
        if spliced is None:
            break
        text = spliced.text
        lines.append([lines[-1][line - 1] for line in spliced.lines])
    last = step.result()
    return (last.text if last else text), rounds, lines


def _run_round(text: str, filename: str) -> Round:
    step = Round(text)
    for repairs in _plan(step, filename):
        free = _free(repairs, step.edits)
        step.waiting |= len(free) < len(repairs)
        _make(step, free)
    return step


def _plan(step: Round, filename: str) -> list[list[Repair]]:
    """What every fixer wants to do to the text of ``step``; its doubts and notes are kept there."""
    wanted: list[list[Repair]] = []
    fixers = [fixer for fixer in FIXERS if fixer.may_apply(step.text)]
    try:
        step.source = Source(step.text, filename) if fixers else None
        plans = [fixer.plan(step.source) for fixer in fixers] if step.source else []
        wanted.extend(plan.repairs for plan in plans)
        step.doubts.extend(doubt for plan in plans for doubt in plan.doubts)
    except (UnreadableError, RecursionError) as error:
        step.source = None
        step.notes.append(f"The security fixers could not read this file: {error}.")
    try:
        wanted.append(ruff_repairs(step.text))
    except RuffError as error:
        step.notes.append(f"The safe repairs of ruff are missing: {error}.")
    return wanted


def _make(step: Round, repairs: Sequence[Repair]) -> None:
    """Make those of ``repairs`` that leave a text that parses; refuse the others.

    Halves what does not parse until the repairs that break it are found.
    """
    if _parses(step, repairs):
        step.made.extend(repairs)
    elif len(repairs) == 1:
        reason = "The repair does not fit here: the code would not parse, so it was taken back."
        step.doubts.append(Doubt(repairs[0].rule, repairs[0].line, reason))
    else:
        middle = len(repairs) // 2
        _make(step, repairs[:middle])
        _make(step, repairs[middle:])


def _parses(step: Round, repairs: Sequence[Repair]) -> bool:
    """Whether the text still parses with ``repairs`` made on top of what is made already."""
    if not repairs:
        return True
    spliced = step.result(repairs)
    return spliced is not None and _parse(spliced.text) is not None


def _free(repairs: Sequence[Repair], taken: Sequence[Edit]) -> list[Repair]:
    """Those of ``repairs`` that touch neither ``taken`` nor each other, first come first served."""
    busy = Taken(taken)
    free: list[Repair] = []
    for repair in repairs:
        if all(busy.is_free(edit) for edit in repair.edits):
            free.append(repair)
            busy.add(repair.edits)
    return free


def _change(repair: Repair, line: int, findings: Sequence[Finding]) -> Change:
    """The change on the original ``line``, with the CWE of the finding that it answers."""
    rules = ANSWERS.get(repair.rule, frozenset())
    answered = (
        finding.cwe
        for finding in findings
        if finding.line <= line <= finding.end_line and rules & set(finding.rules)
    )
    cwe = next(answered, None) or repair.cwe
    title = repair.title
    return Change(rule=repair.rule, title=title, line=line, cwe=cwe, proven=repair.proven)


def _refusal(doubt: Doubt, line: int) -> Refusal:
    return Refusal(rule=doubt.rule, line=line, reason=doubt.reason)
