"""Reviews source files at an AI to Production server. Needs Python's standard library alone."""

VERSION = "1.0.0"
