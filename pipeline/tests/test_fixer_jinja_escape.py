"""The Jinja fixer: plain values look the same, hostile ones are escaped in pages only."""

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "jinja-escape"
CODE = """\
from jinja2 import DictLoader, Environment
PAGES = DictLoader({"a.html": "<p>{{ n }}</p>", "a.plain": "{{ n }}"})
env = Environment(loader=PAGES, autoescape=False)  # pages
def show(name, n):
    return env.get_template(name).render(n=n)
"""


@pytest.mark.parametrize("name", ["a.html", "a.plain"])
def test_it_shows_plain_values_as_before(name: str):
    assert run(fixed(CODE, RULE))["show"](name, "Ann") == run(CODE)["show"](name, "Ann")


def test_it_escapes_hostile_values_in_pages():
    show = run(fixed(CODE, RULE))["show"]
    assert show("a.html", "<script>") == "<p>&lt;script&gt;</p>"
    assert show("a.plain", "<script>") == "<script>"


def test_it_imports_from_jinja_alone_and_keeps_the_line():
    result = fixed(CODE, RULE).splitlines()
    assert result[0] == "from jinja2 import DictLoader, Environment, select_autoescape"
    assert result[2] == "env = Environment(loader=PAGES, autoescape=select_autoescape())  # pages"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("import jinja2\nenv = jinja2.Environment()\nopen('a.tex')\n", "other text"),
        ("import jinja2\nenv = jinja2.Environment()\n", "other text"),
        ("import jinja2\nenv = jinja2.Environment()\nt = '<html>{{ n | e }}'\n", "by hand"),
        ("import jinja2\nenv = jinja2.Environment(**o)\nt = '<html>'\n", "star"),
    ],
)
def test_it_refuses_where_it_is_not_sure(code: str, word: str):
    assert word in refusal(code, RULE)


def test_it_leaves_environments_that_escape_alone():
    assert untouched("import jinja2\nenv = jinja2.Environment(autoescape=True)\nt = '<html>'\n")
