"""Values from outside that are kept where the program keeps what it trusts."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity


def _is_session(call: Call) -> bool:
    """The session of a web framework, and not one of a database or an HTTP client."""
    holder = call.name.rpartition(".")[0]
    return holder in ("flask.session", "session", "request.session", "quart.session")


SESSION = Family(
    name="session",
    about=Explanation(
        501,
        Severity.LOW,
        "A value from outside is kept in the session unchecked",
        "The session holds what the program trusts; this value was only sent.",
        "Code that reads it later takes it for something that was checked.",
        "Check the value against what is allowed before it is stored.",
    ),
    sinks=(
        Sink(words("*.__setitem__ *.setdefault *.update"), until=1, when=_is_session, local=False),
    ),
)
FAMILIES = (SESSION,)
