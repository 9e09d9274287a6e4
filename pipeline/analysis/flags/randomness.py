"""Values that must not be guessed, made from what can be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, words
from pipeline.analysis.flags.model import Flag
from pipeline.analysis.nodes import walk

GUESSED = "guessable-value"
#: What bandit's rule about the random module leaves out.
OTHER_DRAWS = tuple(
    f"random.{name}"
    for name in (
        "gauss", "normalvariate", "betavariate", "expovariate", "gammavariate", "lognormvariate",
        "paretovariate", "vonmisesvariate", "weibullvariate", "binomialvariate", "shuffle",
    )
)  # fmt: skip
OTHER_DRAWS += (
    "numpy.random.randint",
    "numpy.random.choice",
    "numpy.random.bytes",
    "numpy.random.rand",
)
CLOCKS = (
    "time.time",
    "time.time_ns",
    "datetime.datetime.now",
    "os.getpid",
    "datetime.datetime.utcnow",
)
UNIQUE = ("uuid.uuid1",)
SECRETS = frozenset((
    "token", "password", "passwd", "secret", "otp", "nonce", "csrf", "session", "sessionid", "sid",
    "apikey", "captcha", "passcode", "remember",
))  # fmt: skip
AROUND = re.compile(r"token|passw|secret|otp\b|nonce|csrf|session|cookie|remember|api_?key|captcha")


def look(facts: Facts) -> Iterator[Flag]:
    """Every secret that is drawn from a predictable source, or from the clock."""
    for call in facts.calls_of(*OTHER_DRAWS):
        if facts.says(call, AROUND) or _becomes_secret(facts, call):
            yield Flag(GUESSED, call)
    for call in facts.calls_of(*UNIQUE):
        if _becomes_secret(facts, call):
            yield Flag(GUESSED, call)
    yield from _from_clock(facts)


def _becomes_secret(facts: Facts, call: ast.Call) -> bool:
    """Whether ``call`` is part of the value of a variable that is named like a secret."""
    function = facts.function(call)
    named = words(ast.Name(function.name)) if function is not None else frozenset()
    return bool((facts.targets.get(call.lineno, frozenset()) | named) & SECRETS)


def _from_clock(facts: Facts) -> Iterator[Flag]:
    """``token = sha256(str(time.time()))`` and the like: hashing adds no chance."""
    for node, target, value in facts.assignments:
        if isinstance(value, ast.Call) and words(target) & {"token", "secret", "otp", "nonce"}:
            inner = [part for part in walk(value) if isinstance(part, ast.Call)]
            names = {facts.name(part.func) for part in inner}
            hashed = any(name.startswith("hashlib.") for name in names)
            if hashed and names & set(CLOCKS) and not any(_is_fresh(name) for name in names):
                yield Flag(GUESSED, node)


def _is_fresh(name: str) -> bool:
    return name.startswith(("secrets.", "uuid.uuid4", "os.urandom", "random."))
