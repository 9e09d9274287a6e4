"""The product's WSGI application in a process that cannot reach anything but this machine."""

from __future__ import annotations

from benchmarks.laboratory.staying import stay
from config.wsgi import application

__all__ = ["application"]

stay()
