"""The fixers of the built-in engine, in the order in which their repairs are made."""

from pipeline.analysis.fixers import insecure_random, weak_hash, yaml_load
from pipeline.analysis.fixers.base import Fixer

FIXERS: tuple[Fixer, ...] = (weak_hash.FIXER, insecure_random.FIXER, yaml_load.FIXER)

__all__ = ["FIXERS", "Fixer"]
