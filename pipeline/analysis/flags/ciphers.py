"""Ciphers, modes, keys and start values that do not protect."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument, keyword
from pipeline.analysis.flags.model import Flag

CIPHER, FIXED_IV, SHORT_KEY = "weak-cipher", "fixed-iv", "short-key"
BROKEN = ("DES", "DES3", "ARC2", "ARC4", "Blowfish", "CAST", "XOR")
WEAK_CALLS = (
    *(f"Crypto.Cipher.{name}.new" for name in BROKEN),
    "pyDes.des",
    "pyDes.triple_des",
    "cryptography.hazmat.primitives.ciphers.algorithms.TripleDES",
    "cryptography.hazmat.primitives.ciphers.algorithms.ARC4",
    "cryptography.hazmat.primitives.ciphers.algorithms.Blowfish",
    "cryptography.hazmat.primitives.ciphers.modes.ECB",
    "cryptography.hazmat.decrepit.ciphers.algorithms.TripleDES",
    "cryptography.hazmat.decrepit.ciphers.algorithms.ARC4",
    "cryptography.hazmat.decrepit.ciphers.algorithms.Blowfish",
)
BLOCK = ("Crypto.Cipher.AES.new",)
MODES = "cryptography.hazmat.primitives.ciphers.modes."
WITH_IV = tuple(f"{MODES}{mode}" for mode in ("CBC", "CTR", "OFB", "CFB", "GCM"))
RSA = ("Crypto.PublicKey.RSA.generate", "Crypto.PublicKey.DSA.generate", "rsa.newkeys")
NAMED = (
    ("cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key", "key_size", 1),
    ("cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key", "key_size", 0),
    ("cryptography.hazmat.primitives.asymmetric.dh.generate_parameters", "key_size", 1),
)
FEWEST_BITS = 2048
SHORT_CURVES = ("SECP192R1", "SECT163K1", "SECT163R2")


def look(facts: Facts) -> Iterator[Flag]:
    """Every weak algorithm, repeated start value and short key."""
    for call in facts.calls_of(*WEAK_CALLS):
        yield Flag(CIPHER, call)
    for call in facts.calls_of(*BLOCK):
        yield from _block(facts, call)
    for call in facts.calls_of(*WITH_IV):
        if facts.is_fixed(argument(call, 0, "initialization_vector")):
            yield Flag(FIXED_IV, call)
    yield from _short_keys(facts)


def _block(facts: Facts, call: ast.Call) -> Iterator[Flag]:
    mode = facts.name(argument(call, 1, "mode"))
    if mode.endswith("MODE_ECB"):
        yield Flag(CIPHER, call)
    value = argument(call, 2, "iv") or keyword(call, "IV") or keyword(call, "nonce")
    if value is not None and facts.is_fixed(value) and "decrypt" not in _purpose(facts, call):
        yield Flag(FIXED_IV, call)


def _purpose(facts: Facts, call: ast.Call) -> str:
    function = facts.function(call)
    return "" if function is None else function.name.lower()


def _short_keys(facts: Facts) -> Iterator[Flag]:
    for name in RSA:
        for call in facts.calls_of(name):
            if _is_short(facts, argument(call, 0, "bits")):
                yield Flag(SHORT_KEY, call)
    for name, option, place in NAMED:
        for call in facts.calls_of(name):
            if _is_short(facts, argument(call, place, option)):
                yield Flag(SHORT_KEY, call)
    for call in facts.methods(*SHORT_CURVES):
        yield Flag(SHORT_KEY, call)


def _is_short(facts: Facts, node: ast.expr | None) -> bool:
    bits = facts.constant(node)
    return isinstance(bits, int) and bits < FEWEST_BITS
