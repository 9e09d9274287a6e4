"""The markup fixer: plain values look the same, hostile ones are shown and not run."""

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "safe-markup"
HOSTILE = "<script>alert(1)</script>"
FLASK = "from markupsafe import Markup\ndef f(name, n=3):\n"
DJANGO = "from django.utils.safestring import mark_safe\ndef f(name, n=3):\n"
FORMS = [
    FLASK + "    return Markup(f'<b>{name}</b> {n}')  # bold\n",
    FLASK + "    return Markup('<b>%s</b>' % (name,))\n",
    DJANGO + "    return mark_safe(f'<b>{name}</b> {n}')  # bold\n",
    DJANGO + "    return mark_safe('<b>' + name + '</b>')\n",
]


@pytest.mark.parametrize("code", FORMS)
def test_it_makes_the_same_text_of_plain_values(code: str):
    before, after = run(code)["f"]("Ann"), run(fixed(code, RULE))["f"]("Ann")
    assert str(before) == str(after)
    assert after.__html__() == str(after)


@pytest.mark.parametrize("code", FORMS)
def test_it_escapes_hostile_values(code: str):
    assert HOSTILE in run(code)["f"](HOSTILE)
    assert HOSTILE not in run(fixed(code, RULE))["f"](HOSTILE)


def test_it_keeps_layout_and_imports_from_django_alone():
    result = fixed(FORMS[2], RULE).splitlines()
    assert result[0] == "from django.utils.html import format_html"
    assert result[3] == "    return format_html('<b>{}</b> {}', name, n)  # bold"


def test_it_uses_the_import_that_is_there():
    code = "from django.utils.html import format_html\n" + FORMS[2]
    assert fixed(code, RULE).count("import format_html") == 1


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("Markup(name)", "put together"),
        ("Markup(f'<b>{inner_html}</b>')", "own"),
        ("Markup(f'<b>{CSS}</b>')", "own"),
        ("Markup(f'<b>{build(name)}</b>')", "own"),
        ("Markup(f'<a href=\"{name}\">')", "address"),
        ("Markup(f'<b onclick=\"{name}\">')", "event"),
        ("Markup(f'<b>{name:>5}</b>')", "put together"),
    ],
)
def test_it_refuses_where_it_is_not_sure(line: str, word: str):
    assert word in refusal(f"{FLASK}    return {line}\n", RULE)


def test_it_does_not_take_a_name_that_means_something_else():
    assert "something else" in refusal(f"{FORMS[2]}def format_html(): pass\n", RULE)


def test_it_leaves_constants_alone():
    assert untouched(f"{FLASK}    return Markup('<b>x</b>')\n")


@pytest.mark.parametrize(
    "code",
    [
        f"{FLASK}    name += '<i>'\n    return Markup(f'<b>{{name}}</b>')\n",
        f"{FLASK}    part = '<i>x</i>'\n    return Markup(f'<b>{{part}}</b>')\n",
        f"{FLASK}    return Markup(f'<b>{{name}}</b>')\nf('<i>x</i>')\n",
        f"{FLASK}    part = ''.join(name)\n    return Markup(f'<b>{{part}}</b>')\n",
    ],
)
def test_it_refuses_values_that_may_be_markup_of_the_program(code: str):
    assert "own" in refusal(code, RULE)
