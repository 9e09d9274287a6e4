"""The weak hash fixer: digests that anybody could have stored never change."""

import hashlib

import pytest

from pipeline.tests.fixing import fixed, rebuild, refusal, run, untouched

RULE = "weak-hash"
CHECKSUM = """\
import hashlib

def file_checksum(data):
    return hashlib.md5(data).hexdigest()  # as in the index
"""
FRESH = """\
import hashlib
import os

def new_name():
    return hashlib.{}(os.urandom(16)).{}()
"""


def test_it_keeps_the_digest_of_a_checksum():
    assert run(fixed(CHECKSUM, RULE))["file_checksum"](b"x") == hashlib.md5(b"x").hexdigest()  # noqa: S324


def test_it_marks_a_checksum_and_touches_nothing_else():
    expected = CHECKSUM.replace("md5(data)", "md5(data, usedforsecurity=False)")
    assert fixed(CHECKSUM, RULE) == expected


@pytest.mark.parametrize("algorithm", ["md5", "sha1"])
@pytest.mark.parametrize("form", ["digest", "hexdigest"])
def test_it_keeps_the_length_of_a_digest_of_fresh_randomness(algorithm: str, form: str):
    code = FRESH.format(algorithm, form)
    after = fixed(code, RULE)
    assert "sha256" in after
    old, new = run(code)["new_name"](), run(after)["new_name"]()
    assert (type(new), len(new)) == (type(old), len(old))


def test_it_knows_hashlib_new():
    code = "import hashlib, uuid\nname = hashlib.new('md5', uuid.uuid4().bytes).hexdigest()\n"
    assert "hashlib.new('sha256', uuid.uuid4().bytes).hexdigest()[:32]" in fixed(code, RULE)


def test_it_follows_randomness_through_conversions():
    code = "import hashlib, random\nn = hashlib.md5(str(random.random()).encode()).hexdigest()\n"
    assert "hashlib.sha256(str(random.random()).encode()).hexdigest()[:32]" in fixed(code, RULE)


def test_it_reaches_sha256_where_only_md5_was_imported():
    code = "import os\nfrom hashlib import md5 as h\nname = h(os.urandom(8)).hexdigest()\n"
    after = fixed(code, RULE)
    assert "hashlib.sha256(os.urandom(8)).hexdigest()[:32]" in after
    assert len(run(after)["name"]) == 32


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("def store(password): return hashlib.md5(password).hexdigest()", "scrypt"),
        ("def sign(data, secret): return hashlib.sha1(secret + data).hexdigest()", "both sides"),
        ("def verify_checksum(d, want): return hashlib.md5(d).hexdigest() == want", "both sides"),
        ("digest = hashlib.md5(data).hexdigest()", "does not show"),
        ("tag = hmac.new(key, data, hashlib.md5)", "handed on"),
        ("token = hashlib.md5((key := os.urandom(8))).hexdigest()", "both sides"),
        ("cache_key = hashlib.md5(*parts)", "does not show"),
        ("x = hashlib.md5((old or os.urandom(8)) + data).hexdigest()", "does not show"),
        ("x = hashlib.md5(os.urandom(8) if new else old).hexdigest()", "does not show"),
        ("x = hashlib.md5(kept.setdefault('x', os.urandom(8))).hexdigest()", "does not show"),
    ],
)
def test_it_refuses_where_a_stored_digest_could_stop_matching(line: str, word: str):
    assert word in refusal(f"import hashlib, hmac, os\n{line}\n", RULE)


def test_it_does_not_take_seeded_randomness_for_fresh():
    code = """\
    import hashlib, random
    random.seed(3)
    name = hashlib.md5(random.randbytes(8)).hexdigest()
    """
    assert RULE in {refused.rule for refused in rebuild(code).refusals}


@pytest.mark.parametrize(
    "code",
    [
        "import hashlib\ncache = hashlib.md5(b'', usedforsecurity=False)\n",
        "import hashlib\ncache = hashlib.sha256(b'')\n",
        "class hashlib:\n    md5 = len\ncache = hashlib.md5(b'')\n",
        "import hashlib\ndef f(hashlib):\n    checksum = hashlib.md5(b'')\n",
        "def f(tools):\n    checksum = tools.hashlib.md5(b'')\n",
    ],
)
def test_it_sees_no_problem_where_there_is_none(code: str):
    assert untouched(code)


def test_it_follows_the_layout_of_a_long_call():
    code = """\
    import hashlib
    etag = hashlib.md5(
        content,  # all of it
    ).hexdigest()
    """
    assert fixed(code, RULE).splitlines()[2:4] == [
        "    content,  # all of it",
        "    usedforsecurity=False,",
    ]
