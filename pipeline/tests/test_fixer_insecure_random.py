"""The fixer of predictable secrets: same shape of value, no longer foretold by a seed."""

import random

import pytest

from pipeline.tests.fixing import fixed, rebuild, refusal, run, untouched

RULE = "insecure-random"
PASSWORD = """\
import random
import string

def make_password(length):
    return "".join(random.choice(string.ascii_letters) for _ in range(length))
"""


def foretell(make, *args: int) -> bool:
    """Whether whoever knows the seed knows the value."""
    random.seed(7)
    first = make(*args)
    random.seed(7)
    return first == make(*args)


def test_it_makes_values_of_the_same_shape():
    made = run(fixed(PASSWORD, RULE))["make_password"](40)
    assert len(made) == 40
    assert made.isalpha()


def test_its_values_are_not_foretold_by_a_seed():
    assert foretell(run(PASSWORD)["make_password"], 30)
    assert not foretell(run(fixed(PASSWORD, RULE))["make_password"], 30)


@pytest.mark.parametrize(
    "draw",
    [
        "random.randint(10**20, 10**21 - 1)",
        "random.getrandbits(128)",
        "random.random()",
        "random.sample(range(10**9), k=8)",
        "random.choices(range(10**9), k=8)",
        "random.randrange(2, 10**20, 2)",
        "random.uniform(1, 2)",
        "random.randbytes(20)",
    ],
)
def test_it_replaces_every_kind_of_draw(draw: str):
    code = f"import random\ndef f():\n    token = {draw}\n    return token\n"
    before, after = run(code)["f"], run(fixed(code, RULE))["f"]
    assert type(before()) is type(after())
    assert not foretell(after)


def test_it_adds_the_import_once_and_in_its_place():
    code = '''\
    #!/usr/bin/env python
    """Makes keys."""
    from __future__ import annotations

    # what we draw with
    import random
    token = random.random()
    api_key = random.choice("ab")
    '''
    result = fixed(code, RULE).splitlines()
    assert result[4:7] == ["# what we draw with", "import secrets", "import random"]
    assert result.count("import secrets") == 1


def test_it_uses_the_import_that_is_there():
    code = "import random, secrets\ntoken = random.choice('ab')\n"
    assert fixed(code, RULE) == "import random, secrets\ntoken = secrets.choice('ab')\n"


def test_it_does_not_shadow_a_name_of_the_file():
    code = "import random\nsecrets = ['a']\npassword = random.choice(secrets)\n"
    result = fixed(code, RULE)
    assert result.splitlines()[0] == "import secrets as _secrets"
    assert run(result)["password"] == "a"


def test_it_takes_a_name_that_no_star_import_can_bring():
    code = "import random\nfrom helpers import *\npassword = random.choice('ab')\n"
    assert fixed(code, RULE).splitlines()[0] == "import secrets as _secrets"


def test_it_refuses_where_the_import_would_find_the_file_itself():
    assert "mean something else" in refusal(
        "import random\ntoken = random.random()\n", RULE, filename="lib/secrets.py"
    )


def test_it_does_not_use_an_import_below_or_in_another_function():
    code = """\
    def token():
        import random
        return random.choice("a")
    def other():
        import secrets
        return secrets
    value = token()
    """
    assert run(fixed(code, RULE))["value"] == "a"


def test_it_refuses_when_the_file_seeds():
    assert "repeat" in refusal("import random\nrandom.seed(1)\ntoken = random.random()\n", RULE)


@pytest.mark.parametrize(
    "line",
    [
        "level = random.random()",
        "masked_token = random.choice(vocab)",
        "def test_token():\n    return random.random()",
    ],
)
def test_it_refuses_what_is_not_evidently_a_secret(line: str):
    assert "guards" in refusal(f"import random\n{line}\n", RULE)


def test_it_follows_imported_and_renamed_functions():
    code = "from random import choice as pick\npassword = pick('ab')\n"
    assert "password = secrets.choice('ab')" in fixed(code, RULE)


@pytest.mark.parametrize(
    "code",
    [
        "def f(random):\n    token = random.choice('ab')\n",
        "from numpy import random\ntoken = random.choice(3)\n",
        "import random\nrng = random.Random(3)\ntoken = rng.random()\n",
    ],
)
def test_it_leaves_other_things_of_that_name_alone(code: str):
    assert untouched(code)


def test_it_says_which_secret_it_made_safe():
    (change,) = rebuild("import random\nreset_token = random.random()\n").changes
    assert "token" in change.title
    assert (change.line, change.cwe) == (2, 338)
