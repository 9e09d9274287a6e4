"""Values from outside in logs, headers, cookies, patterns and formats."""

from __future__ import annotations

import re

from pipeline.analysis.dataflow.rules.address import names_location
from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import UNKNOWN, Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

_MARK = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?([a-zA-Z])")


def _is_log(call: Call) -> bool:
    return "log" in call.receiver.name.lower()


def _logged(call: Call) -> list[Value]:
    """The message and what goes into it, but for what ``%r`` writes with its line ends escaped."""
    message = call.args[0].const if call.args else None
    if not isinstance(message, str):
        return list(call.args[:4])
    marks = _MARK.findall(message)
    return [
        a for a, mark in zip(call.args[1:4], marks, strict=False) if mark not in ("r", "a", "d")
    ]


def _pattern_text(call: Call) -> list[Value]:
    """The text that ``format`` fills in, where it is not a constant."""
    return [call.receiver] if call.receiver.const is UNKNOWN and not call.receiver.prefix else []


def _is_header(call: Call) -> bool:
    """Headers, or a response that stands for its headers; where it leads is a family of its own."""
    owner = call.name.rpartition(".")[0]
    return owner.endswith(("headers", "Headers()", "Response()")) and not names_location(call)


LOG = Family(
    name="log",
    about=Explanation(
        117,
        Severity.LOW,
        "A value from outside is written into a log",
        "Line ends in it are written as they came.",
        "Whoever sends it can forge entries of the log.",
        "Take out line ends, or log in a format that escapes them, such as JSON.",
    ),
    sinks=(
        Sink(
            words("*.info *.debug *.warning *.warn *.error *.critical *.exception *.log"),
            choose=_logged,
            when=_is_log,
            local=False,
        ),
    ),
    cleaners=words("repr ascii json.dumps"),
)
HEADER = Family(
    name="header",
    about=Explanation(
        113,
        Severity.LOW,
        "A value from outside is written into a header",
        "Line ends in it would begin another header.",
        "With a server that lets them through, the response can be split and its cookies forged.",
        "Refuse line ends, or put the value through urllib.parse.quote.",
    ),
    sinks=(
        Sink(words("*.__setitem__ *.add"), position=1, when=_is_header, local=False),
        Sink(words("*.add_header *.set_header *.send_header *.putheader"), position=1, local=False),
    ),
    cleaners=words("urllib.parse.quote urllib.parse.quote_plus urllib.parse.urlencode"),
)
COOKIE = Family(
    name="cookie",
    about=Explanation(
        20,
        Severity.LOW,
        "A value from outside is written into a cookie",
        "The name or content of a cookie is taken from the request.",
        "A link can plant a cookie of the sender's choice in the visitor's browser.",
        "Store a value of your own making, and keep what was sent on the server.",
    ),
    sinks=(
        Sink(
            words("*.set_cookie *.set_secure_cookie *.set_signed_cookie"),
            until=1,
            names=words("key value name"),
            local=False,
        ),
    ),
)
PATTERN = Family(
    name="regex",
    about=Explanation(
        1333,
        Severity.MEDIUM,
        "A value from outside becomes a regular expression",
        "The pattern is put together with it.",
        "A crafted pattern keeps a processor busy for hours; several stop the service.",
        "Put it through re.escape, or search for plain text.",
    ),
    sinks=(
        Sink(
            words(
                "re.compile re.search re.match re.fullmatch re.sub re.subn re.findall re.finditer"
                " re.split regex.compile regex.search regex.match"
            ),
            names=("pattern",),
            local=False,
            passes=True,
        ),
    ),
    cleaners=words("re.escape regex.escape"),
)
FORMAT = Family(
    name="format",
    about=Explanation(
        134,
        Severity.MEDIUM,
        "A value from outside is used as a format",
        "str.format reads attributes and elements that the format names.",
        "Whoever sends it can read what the arguments lead to, such as settings and keys.",
        "Keep the format constant and pass the value as an argument.",
    ),
    sinks=(Sink(words("*.format *.format_map"), choose=_pattern_text, local=False, passes=True),),
)
FAMILIES = (LOG, HEADER, COOKIE, PATTERN, FORMAT)
