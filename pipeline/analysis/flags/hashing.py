"""Hash functions that are broken, or too fast for the password they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument, is_value, keyword, words
from pipeline.analysis.flags.model import Flag

BROKEN_HASH, FAST, FIXED_SALT = "weak-hash", "fast-password-hash", "fixed-salt"
WEAK = frozenset(("md2", "md4", "md5", "sha", "sha1", "sha-1", "ripemd160"))
IN_HMAC = frozenset(("md2", "md4", "md5"))  # HMAC with SHA-1 has no known attack
QUICK = tuple(
    f"hashlib.{n}" for n in ("sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512")
)
QUICK += ("hashlib.blake2b", "hashlib.blake2s")
PASSWORDS = frozenset(("password", "passwd", "pwd", "passphrase", "passcode"))
MODULES = tuple(f"Crypto.Hash.{name}.new" for name in ("MD2", "MD4", "MD5", "SHA", "SHA1"))
SCHEMES = tuple(
    f"passlib.hash.{name}.{how}"
    for name in ("md5_crypt", "des_crypt", "plaintext", "hex_md5", "hex_sha1", "ldap_md5", "lmhash")
    for how in ("hash", "encrypt", "using")
)
FEWEST_ROUNDS = 100_000
SLOW = (
    ("hashlib.pbkdf2_hmac", 2, "salt", 3, "iterations"),
    ("Crypto.Protocol.KDF.PBKDF2", 1, "salt", 3, "count"),
)
SALTED = (("hashlib.scrypt", 9, "salt"), ("bcrypt.hashpw", 1, "salt"), ("bcrypt.kdf", 1, "salt"))
KDF = "cryptography.hazmat.primitives.kdf."


def look(facts: Facts) -> Iterator[Flag]:
    """Every use of a hash that does not do what it is there for."""
    for call in facts.calls_of("hashlib.new"):
        if _is_weak(facts, argument(call, 0, "name")) and _guards(facts, call):
            yield Flag(BROKEN_HASH, call)
    for call in facts.calls_of("hmac.new", "hmac.digest"):
        chosen = argument(call, 2, "digestmod") or keyword(call, "digest")
        if _is_weak(facts, chosen, IN_HMAC):
            yield Flag(BROKEN_HASH, call)
    for call in facts.calls_of(*MODULES):
        yield Flag(BROKEN_HASH, call)
    for call in facts.calls_of("getattr"):
        named = [facts.name(arg) for arg in call.args[:1]]
        if named == ["hashlib"] and _is_weak(facts, argument(call, 1, "name")):
            yield Flag(BROKEN_HASH, call)
    yield from _passwords(facts)
    yield from _derivations(facts)


def _guards(facts: Facts, call: ast.Call) -> bool:
    return not is_value(facts.value(keyword(call, "usedforsecurity")), value=False)


def _is_weak(facts: Facts, node: ast.expr | None, weak: frozenset[str] = WEAK) -> bool:
    """Whether ``node`` names a broken algorithm, by text or by function."""
    if node is None:
        return False
    name = facts.constant(node)
    if isinstance(name, str):
        return name.lower() in weak
    full = facts.name(facts.value(node))
    return full.startswith("hashlib.") and full.removeprefix("hashlib.") in weak


def _passwords(facts: Facts) -> Iterator[Flag]:
    for call in facts.calls_of(*QUICK):
        given = words(call.args[0]) if call.args else frozenset()
        if given & PASSWORDS and not {"reset", "token", "email"} & given and _guards(facts, call):
            yield Flag(FAST, call)
    for call in facts.calls_of(*SCHEMES, "crypt.crypt"):
        yield Flag(FAST, call)
    for call in facts.calls_of("werkzeug.security.generate_password_hash"):
        method = str(facts.constant(argument(call, 1, "method")) or "")
        if method.split(":")[0] in {"plain", "md5", "sha1", "sha256", "sha512"}:
            yield Flag(FAST, call)
    for node, name, value in facts.settings:
        if name == "PASSWORD_HASHERS" and isinstance(value, ast.List | ast.Tuple) and value.elts:
            first = str(facts.constant(value.elts[0]))
            if any(weak in first for weak in ("MD5", "SHA1Pass", "UnsaltedSHA1", "Crypt")):
                yield Flag(FAST, node)


def _derivations(facts: Facts) -> Iterator[Flag]:
    for name, salt, salted, rounds, counted in SLOW:
        for call in facts.calls_of(name):
            yield from _derivation(
                facts, call, argument(call, salt, salted), argument(call, rounds, counted)
            )
    for name, place, option in SALTED:
        for call in facts.calls_of(name):
            yield from _derivation(facts, call, argument(call, place, option), None)
    for call in facts.calls_of(f"{KDF}pbkdf2.PBKDF2HMAC", f"{KDF}scrypt.Scrypt"):
        yield from _derivation(facts, call, keyword(call, "salt"), keyword(call, "iterations"))


def _derivation(
    facts: Facts, call: ast.Call, salt: ast.expr | None, rounds: ast.expr | None
) -> Iterator[Flag]:
    count = facts.constant(rounds)
    if isinstance(count, int) and count < FEWEST_ROUNDS:
        yield Flag(FAST, call)
    if facts.is_fixed(salt):
        yield Flag(FIXED_SALT, call)
