"""The template fixer: the same page for plain values, and no template code from visitors."""

import flask
import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "template-text"
HEAD = "from flask import render_template_string\n\ndef page(name, age=7):\n"
FORMS = [
    'return render_template_string(f"<p>Hi {name}</p> {age}")  # greeting',
    'return render_template_string("<p>Hi " + name + "</p>")',
    'return render_template_string("<p>Hi %s, %s</p>" % (name, age))',
    'return render_template_string("<p>Hi {}</p>".format(name))',
    'text = f"""<p>\n    Hi {name}</p>"""\n    return render_template_string(text)',
]


def shown(code: str, name: str) -> str:
    with flask.Flask("sample").app_context():
        page: str = run(code)["page"](name)
    return page


@pytest.mark.parametrize("form", FORMS)
def test_it_shows_the_same_page(form: str):
    code = f"{HEAD}    {form}\n"
    assert shown(fixed(code, RULE), "Ann") == shown(code, "Ann")


@pytest.mark.parametrize("form", FORMS)
def test_it_runs_nothing_that_a_visitor_sends(form: str):
    code = f"{HEAD}    {form}\n"
    assert "Hi 49" in shown(code, "{{ 7 * 7 }}")
    assert "Hi {{ 7 * 7 }}" in shown(fixed(code, RULE), "{{ 7 * 7 }}")
    assert "&lt;b&gt;" in shown(fixed(code, RULE), "<b>")


def test_it_keeps_names_comments_and_other_values():
    line = 'return render_template_string("<p>Hi {{ name }}</p> {{ age }}", name=name, age=age)'
    assert fixed(f"{HEAD}    {FORMS[0]}\n", RULE).splitlines()[3] == f"    {line}  # greeting"


def test_it_names_values_that_have_no_free_name():
    code = "from flask import request, render_template_string\n"
    code += "def f():\n    return render_template_string(f\"Hi {request.args['n']}\")\n"
    assert "(\"Hi {{ value_1 }}\", value_1=request.args['n'])" in fixed(code, RULE)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("f'<script>var n = \"{name}\"</script>'", "script"),
        ("f'<a href=\"{name}\">x</a>'", "address"),
        ("f'<input value={name}>'", "quotes"),
        ("f'{{% if x %}}{name}'", "taken apart"),
        ("f'<p>{name!r}</p>'", "taken apart"),
        ("f'<p>{body_html}</p>'", "markup"),
        ("load(name)", "taken apart"),
    ],
)
def test_it_refuses_where_it_is_not_sure(line: str, word: str):
    assert word in refusal(f"{HEAD}    return render_template_string({line})\n", RULE)


def test_it_leaves_constant_templates_alone():
    assert untouched(f"{HEAD}    return render_template_string('{{{{ name }}}}', name=name)\n")
