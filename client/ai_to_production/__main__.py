"""``python -m ai_to_production``."""

from .cli import run

run()
