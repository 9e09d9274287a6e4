"""What a job keeps of its dossier for lists: how many findings of each severity, and the worst.

Lists show and filter by it, and would otherwise have to read every dossier whole.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.analysis.types import Severity

NO_FINDINGS = 9  # stands behind the rank of every severity


def kept_of(dossier: Any) -> dict[str, Any] | None:
    """The fields of the job's row for a stored dossier; None if it says nothing of findings.

    A model's prose without structure says nothing: that it lists none means nothing there.
    """
    if not isinstance(dossier, dict) or not isinstance(dossier.get("findings"), (list, tuple)):
        return None
    counts = Counter(str(finding.get("severity", "")) for finding in dossier["findings"])
    tally = {str(severity): counts[severity] for severity in Severity if counts[severity]}
    if not tally and dossier.get("unstructured"):
        return None
    worst = min((Severity(name).rank for name in tally), default=NO_FINDINGS)
    return {"tally": tally, "worst_severity": worst}
