#!/usr/bin/env python3
"""Runs the client from a checkout, with nothing installed: ``python3 client review ...``."""

import runpy
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whatever python3 is
    # Not 1, with which the import's own failure would end: that says that there are findings.
    version = sys.version.split()[0]
    sys.stderr.write(f"review: this needs Python 3.11 or newer, and python3 is {version}.\n")
    sys.exit(2)
sys.path.insert(0, str(Path(__file__).resolve().parent))
runpy.run_module("ai_to_production", run_name="__main__")
