"""MD5 and SHA-1: marked as harmless, replaced, or left alone with the reason (CWE-327).

A digest that is stored somewhere, or checked by somebody else, stops matching the moment its
algorithm changes. So only a digest of fresh randomness is replaced, which nothing can have been
compared with, and it keeps its length; an evident checksum keeps its digest and says what it is.
"""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Need, Plan
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.insecure_random import SEEDING
from pipeline.analysis.fixers.nodes import dotted
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.words import purpose_words, statement, words_in

#: algorithm -> bytes of its digest
SIZES = {"md5": 16, "sha1": 20}
MAKERS = {"hashlib.md5", "hashlib.sha1", "hashlib.new"}

HARMLESS = {"checksum", "checksums", "etag", "cache", "cached", "cachekey", "dedup", "dedupe"}
HARMLESS |= {"duplicate", "duplicates", "shard", "bucket", "partition", "gravatar", "avatar"}
HARMLESS |= {"thumbnail", "contentmd5", "colour", "color"}
PASSWORDS = {"password", "passwords", "passwd", "pwd", "passphrase", "passcode"}
GUARDED = {"token", "secret", "sign", "signature", "signed", "auth", "authenticate", "login"}
GUARDED |= {"credential", "credentials", "hmac", "mac", "session", "csrf", "otp", "verify", "nonce"}
GUARDED |= {"verified", "verification", "integrity", "apikey", "cert", "certificate", "download"}
GUARDED |= {"install", "package", "license", "trusted", "authorize", "permission"}

FRESH = {"os.urandom", "uuid.uuid4", "secrets.token_bytes", "secrets.token_hex", "random.random"}
FRESH |= {"secrets.token_urlsafe", "secrets.randbits", "random.getrandbits", "random.randbytes"}

CONVERSIONS = {"builtins.str", "builtins.bytes", "builtins.repr", "builtins.int", "builtins.hex"}

NEEDS_KDF = (
    "A password needs a slow, salted function such as hashlib.scrypt. Stored hashes would no "
    "longer match, so this takes a migration."
)
BOTH_SIDES = (
    "This digest seems to guard something ({}). Whoever stored it or checks it must change at the "
    "same time: use SHA-256, or hmac for a signature, on both sides."
)
UNSURE = (
    "The code does not show whether this digest guards anything. With another algorithm it would "
    "no longer match stored digests; use SHA-256, or usedforsecurity=False for a checksum."
)
AS_VALUE = "The weak algorithm is handed on as a value; whoever calls it decides what it guards."


def look(source: Source, plan: Plan) -> None:
    """Plan what is sure about every use of MD5 and SHA-1."""
    for call, name in source.calls_of(MAKERS):
        algorithm = _algorithm(call, name)
        if algorithm and not arguments.keyword(call, "usedforsecurity"):
            _consider(source, plan, call, algorithm)
    for arg in source.all(cst.Arg):
        if dotted(arg.value).rpartition(".")[2] in SIZES and source.api(arg.value) in MAKERS:
            plan.refuse(source.line(arg), AS_VALUE)


def _algorithm(call: cst.Call, name: str) -> str:
    """md5 or sha1 where the call of ``name`` makes one, else an empty string."""
    chosen = name.removeprefix("hashlib.")
    if chosen == "new":
        chosen = str(arguments.literal(call, "name", 0)).lower()
    return chosen if chosen in SIZES else ""


def _consider(source: Source, plan: Plan, call: cst.Call, algorithm: str) -> None:
    line = source.line(call)
    purpose, nearby = purpose_words(source, call), _nearby_words(source, call)
    if nearby & PASSWORDS:
        plan.refuse(line, NEEDS_KDF)
    elif _is_fresh(source, call):
        _replace(source, plan, call, algorithm)
    elif nearby & GUARDED:
        plan.refuse(line, BOTH_SIDES.format(min(nearby & GUARDED)))
    elif purpose & HARMLESS and arguments.can_add(call):
        title = (
            f"{algorithm.upper()} is marked as not used for security ({min(purpose & HARMLESS)})"
        )
        plan.repair(line, title, arguments.add(source, call, "usedforsecurity=False"))
    else:
        plan.refuse(line, UNSURE)


def _nearby_words(source: Source, call: cst.Call) -> frozenset[str]:
    """Words of the whole function around ``call``, or of its statement outside of functions."""
    around = source.function(call) or statement(source, call)
    return words_in(source, around) | purpose_words(source, call)


def _is_fresh(source: Source, call: cst.Call) -> bool:
    """Whether the digest is made on the spot of randomness that nobody keeps."""
    if _digest_call(source, call) is None or source.within(call, cst.NamedExpr):
        return False
    return not source.calls_of(SEEDING) and any(
        source.api(part.func) in FRESH and _is_always_used(source, part, call)
        for part in source.within(call, cst.Call)
    )


def _is_always_used(source: Source, fresh: cst.Call, digest: cst.Call) -> bool:
    """Whether ``fresh`` goes into ``digest`` whatever happens, and no other call can keep it."""
    inner: cst.CSTNode = fresh
    for outer in source.ancestors(fresh):
        if outer is digest:
            return True
        if isinstance(outer, (cst.IfExp, cst.BooleanOperation)):
            return False
        handed_on = isinstance(outer, cst.Call) and outer.func is not inner
        if handed_on and _api_called(source, outer) not in CONVERSIONS:
            return False
        inner = outer
    return False


def _api_called(source: Source, node: cst.CSTNode) -> str:
    return source.api(node.func) if isinstance(node, cst.Call) else ""


def _digest_call(source: Source, call: cst.Call) -> cst.Call | None:
    """The ``.digest()`` or ``.hexdigest()`` call on ``call`` itself."""
    attribute = source.parent(call)
    outer = source.parent(attribute) if isinstance(attribute, cst.Attribute) else None
    if not (isinstance(outer, cst.Call) and outer.func is attribute and not outer.args):
        return None
    return outer if _digest_name(outer) in {"digest", "hexdigest"} else None


def _digest_name(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def _replace(source: Source, plan: Plan, call: cst.Call, algorithm: str) -> None:
    """Plan SHA-256, cut to the length that the weak digest had."""
    outer = _digest_call(source, call)
    need = reach(source, "hashlib", call)
    if outer is None or need is None:
        plan.refuse(source.line(call), UNSURE)
        return
    size = SIZES[algorithm] * (2 if _digest_name(outer) == "hexdigest" else 1)
    end = source.span(outer)[1]
    title = f"{algorithm.upper()} of fresh randomness becomes SHA-256, cut to the same length"
    edits = (_rename(source, call, need), Edit(end, end, f"[:{size}]"))
    plan.repair(source.line(call), title, *edits, needs=(need,))


def _rename(source: Source, call: cst.Call, need: Need) -> Edit:
    """Name SHA-256 where the weak algorithm was named."""
    chosen = arguments.argument(call, "name", 0)
    if source.api(call.func) == "hashlib.new" and chosen is not None:
        quote = source.code(chosen.value)[-1]
        return arguments.replace(source, chosen.value, f"{quote}sha256{quote}")
    if isinstance(call.func, cst.Attribute):
        return arguments.replace(source, call.func.attr, "sha256")
    return arguments.replace(source, call.func, f"{need.name}.sha256")


FIXER = Fixer(
    id="weak-hash",
    title="Broken hash algorithms",
    cwe=327,
    repairs="MD5 and SHA-1 of fresh randomness become SHA-256; evident checksums are marked.",
    answers=("B303", "B324", "S303", "S324"),
    sign=re.compile(r"(?i)md5|sha1"),
    look=look,
    proven=True,
)
