#!/usr/bin/env python3
"""Runs the client from a checkout, with nothing installed: ``python3 client review ...``."""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
runpy.run_module("ai_to_production", run_name="__main__")
