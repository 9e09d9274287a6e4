"""The fixers of the built-in engine, in the order in which their repairs are made."""

from pipeline.analysis.fixers import (
    debug_mode,
    insecure_random,
    mktemp,
    old_tls,
    shell_true,
    sql_values,
    tar_extract,
    timeout,
    tls_verification,
    weak_hash,
    yaml_load,
)
from pipeline.analysis.fixers.base import Fixer

FIXERS: tuple[Fixer, ...] = (
    sql_values.FIXER,
    shell_true.FIXER,
    yaml_load.FIXER,
    tls_verification.FIXER,
    old_tls.FIXER,
    weak_hash.FIXER,
    insecure_random.FIXER,
    mktemp.FIXER,
    tar_extract.FIXER,
    debug_mode.FIXER,
    timeout.FIXER,
)

__all__ = ["FIXERS", "Fixer"]
