"""Keys and passwords written into calls, where no name gives them away."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument
from pipeline.analysis.flags.model import Flag

FIXED_KEY = "fixed-key"
#: call -> place and name of its key
KEYS = (
    ("jwt.encode", 1, "key"),
    ("jwt.decode", 1, "key"),
    ("jose.jwt.encode", 1, "key"),
    ("jose.jwt.decode", 1, "key"),
    ("hmac.new", 0, "key"),
    ("Crypto.Cipher.AES.new", 0, "key"),
    ("Crypto.Cipher.DES.new", 0, "key"),
    ("Crypto.Cipher.DES3.new", 0, "key"),
    ("cryptography.fernet.Fernet", 0, "key"),
    ("cryptography.hazmat.primitives.ciphers.algorithms.AES", 0, "key"),
    ("itsdangerous.URLSafeTimedSerializer", 0, "secret_key"),
    ("itsdangerous.URLSafeSerializer", 0, "secret_key"),
    ("pymysql.connect", 2, "password"),
    ("MySQLdb.connect", 2, "passwd"),
    ("mysql.connector.connect", 2, "password"),
    ("psycopg2.connect", 99, "password"),
    ("paramiko.SSHClient.connect", 3, "password"),
    ("requests.auth.HTTPBasicAuth", 1, "password"),
)
LOGINS = ("smtplib.SMTP", "smtplib.SMTP_SSL", "ftplib.FTP", "ftplib.FTP_TLS", "imaplib.IMAP4_SSL")
SECRET_NAMES = ("SECRET_KEY", "JWT_SECRET_KEY", "JWT_SECRET")
EMPTY_ENOUGH = 3  # characters; shorter ones are placeholders


def look(facts: Facts) -> Iterator[Flag]:
    """Every literal in the place of a key."""
    for name, place, option in KEYS:
        for call in facts.calls_of(name):
            key = argument(call, place, option)
            if _is_secret(facts, key):
                yield Flag(FIXED_KEY, key if isinstance(key, ast.Constant) else call)
    for call in facts.methods("login"):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        maker = facts.value(owner)
        if isinstance(maker, ast.Name):
            maker = facts.entered.get(maker.id)
        opened = isinstance(maker, ast.Call) and facts.name(maker.func) in LOGINS
        if opened and _is_secret(facts, argument(call, 1, "password")):
            yield Flag(FIXED_KEY, call)
    for node, target, value in facts.assignments:
        if _is_app_secret(target) and _is_secret(facts, value):
            yield Flag(FIXED_KEY, node)


def _is_secret(facts: Facts, node: ast.expr | None) -> bool:
    """Whether ``node`` is a literal, as it stands or encoded, long enough to be meant."""
    found = facts.value(node)
    if isinstance(found, ast.Call) and facts.is_fixed(found):
        found = found.func.value if isinstance(found.func, ast.Attribute) else None
    value = facts.constant(found)
    return isinstance(value, str | bytes) and len(value) > EMPTY_ENOUGH


def _is_app_secret(target: ast.expr) -> bool:
    if isinstance(target, ast.Attribute):
        return target.attr == "secret_key"
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return target.slice.value in SECRET_NAMES
    return False
