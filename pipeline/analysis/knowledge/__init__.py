"""What a rule of a scanner means: weakness, severity, effect and remedy in our own words.

The data stands in ``security`` (weaknesses of Python code), ``defects`` (plain bugs), ``c_code``
(C and C++), ``flags`` (settings and calls that are unsafe as they stand) and ``text`` (secrets and
deceiving characters); what is known of the ways of values stands with the rules that follow them
(``dataflow.rules``). A rule that nobody described still
gets an honest explanation.
"""

from __future__ import annotations

from pipeline.analysis.knowledge import c_code, defects, flags, security, text
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

__all__ = ["Explanation", "canonical", "explain"]

_KNOWN = {**security.RULES, **defects.RULES, **text.RULES, **c_code.RULES, **flags.RULES}
_UNKNOWN = Explanation(
    None,
    Severity.LOW,
    "Reported by a scanner",
    "A scanner reported this place under a rule that has no description here.",
    "Unknown; read the line before deciding.",
    "Look the rule up in the scanner's documentation and judge the line.",
)


def canonical(rule: str) -> str:
    """One name for a rule that two scanners know: ruff's S602 is bandit's B602."""
    is_security = len(rule) == 4 and rule[0] in "BS" and rule[1:].isdigit() and rule[1] != "0"
    return f"B{rule[1:]}" if is_security and not rule.startswith("B9") else rule


def explain(rule: str) -> Explanation:
    """The explanation of a rule; never fails."""
    known = _KNOWN.get(canonical(rule))
    if known is None and rule.startswith("flow-"):
        from pipeline.analysis.dataflow import rules  # which need this package to be loaded

        known = rules.explanation(rule)
    return known or _UNKNOWN
