"""Secrets drawn from the predictable random module come from the system instead (CWE-338)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.words import purpose_words

TITLE = "The {} is drawn from the system's random source and can no longer be predicted"

DRAWS = {"choice", "choices", "getrandbits", "randbytes", "randint", "random", "randrange"}
DRAWS |= {"sample", "shuffle", "uniform"}
DRAWS = {f"random.{method}" for method in DRAWS}
SEEDING = {"random.seed", "random.setstate"}

SECRETS = {"token", "tokens", "password", "passwords", "passwd", "pwd", "passphrase", "passcode"}
SECRETS |= {"secret", "secrets", "otp", "totp", "nonce", "salt", "csrf", "credential", "captcha"}
SECRETS |= {"credentials", "apikey", "secretkey", "privatekey", "accesskey", "encryptionkey"}
SECRETS |= {"signingkey", "sessionid", "sessionkey", "pincode", "authcode", "verificationcode"}
SECRETS |= {"resetcode", "activationcode", "confirmationcode", "invitecode"}
#: Words that make the others mean something else: language models' tokens, tests, waiting times.
INNOCENT = {"vocab", "vocabulary", "mask", "masked", "tokenizer", "embedding", "logits", "corpus"}
INNOCENT |= {"test", "tests", "fake", "mock", "dummy", "example", "sleep", "jitter", "delay"}
INNOCENT |= {"backoff", "simulate", "simulation", "sentence", "ngram"}


def look(source: Source, plan: Plan) -> None:
    """Plan the change of every draw from ``random`` that evidently makes a secret."""
    seeded = source.calls_of(SEEDING)
    for call, name in source.calls_of(DRAWS):
        if seeded:
            plan.refuse(source.line(call), "The file seeds random, so results are meant to repeat.")
        else:
            _consider(source, plan, call, name.removeprefix("random."))


def _consider(source: Source, plan: Plan, call: cst.Call, method: str) -> None:
    secret, line = secret_word(source, call), source.line(call)
    if not secret:
        plan.refuse(
            line,
            "Names do not show that this random value guards anything; if it does, draw it with "
            "the secrets module.",
        )
        return
    need = reach(source, "secrets", call)
    if need is None:
        plan.refuse(line, "The names secrets and _secrets mean something else in this file.")
        return
    better = f"{need.name}.choice" if method == "choice" else f"{need.name}.SystemRandom().{method}"
    edit = arguments.replace(source, call.func, better)
    plan.repair(line, TITLE.format(secret), edit, needs=(need,))


def secret_word(source: Source, node: cst.CSTNode) -> str:
    """The word that shows ``node`` to become a secret, or an empty string."""
    words = purpose_words(source, node)
    return "" if words & INNOCENT else min(words & SECRETS, default="")


FIXER = Fixer(
    id="insecure-random",
    title="Secrets from a predictable random source",
    cwe=338,
    repairs="random.* that evidently makes a token, password or key is drawn from secrets.",
    answers=("B311", "S311"),
    sign=re.compile(r"\brandom\b"),
    look=look,
    proven=True,
)
