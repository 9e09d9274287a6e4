"""Whether code answers requests from strangers, where silent scanners prove the least."""

from __future__ import annotations

from pipeline.analysis.types import Examination

WEB_FRAMEWORKS = frozenset(
    """aiohttp bottle cherrypy django falcon fastapi flask litestar ninja pyramid quart
    rest_framework sanic starlette tornado werkzeug""".split()  # noqa: SIM905 (easier to read so)
)


def has_routes(examination: Examination) -> bool:
    """Whether a part of it was seen to answer web requests."""
    return any("answers web requests" in c.description.lower() for c in examination.components)


def answers_requests(examination: Examination) -> bool:
    """Whether it has routes, or imports what is used to answer requests."""
    modules = {name.split()[0].partition(".")[0] for name in examination.imports if name}
    return has_routes(examination) or not WEB_FRAMEWORKS.isdisjoint(modules)
