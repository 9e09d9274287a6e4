"""Values written into the text of a Flask template are handed to it as values (CWE-1336)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.built_text import Built, take_apart
from pipeline.analysis.fixers.plain_values import is_plain, stands_badly
from pipeline.analysis.fixers.source import Source

TITLE = "The values are shown by the template and escaped; they can no longer be template code"
RENDER = "flask.render_template_string"
GIVEN = {"request", "session", "g", "config", "self", "loop", "range", "dict", "url_for", "cycler"}
GIVEN |= {"true", "false", "none", "lipsum", "joiner", "namespace", "get_flashed_messages"}

UNCLEAR = (
    "The text of the template is put together in a way that cannot be taken apart; keep it "
    "constant and pass the values as keyword arguments."
)
PLACE = "A value stands inside of a script, an event, an address or without quotes around it."
MARKUP = "A value seems to hold markup of the program's own, which the template would escape."


def look(source: Source, plan: Plan) -> None:
    """Plan keyword arguments for every template that values were written into."""
    for call, _ in source.calls_of({RENDER}):
        text = arguments.argument(call, "source", 0)
        if text is not None and not arguments.has_star(call):
            _consider(source, plan, call, text.value)


def _consider(source: Source, plan: Plan, call: cst.Call, text: cst.BaseExpression) -> None:
    line, written = source.line(call), _written(source, call, text)
    if written is None:
        return
    built = take_apart(source, written)
    if built is None or re.search(r"\{[{%#]|[}%#]\}", built.constant):
        plan.refuse(line, UNCLEAR)
    elif stands_badly(built):
        plan.refuse(line, PLACE)
    elif not all(is_plain(source, value) for value in built.values):
        plan.refuse(line, MARKUP)
    else:
        plan.repair(line, TITLE, *_edits(source, call, written, built))


def _written(source: Source, call: cst.Call, text: cst.BaseExpression) -> cst.BaseExpression | None:
    """The expression that puts the template together, here or in a variable used for it alone."""
    if not isinstance(text, cst.Name):
        return None if isinstance(text, cst.SimpleString) else text
    around = source.function(call) or source.module
    if len(source.uses(around, text.value)) != 2:
        return None
    values = source.assigned_values(text)
    same = len(values) == 1 and source.function(values[0]) is source.function(call)
    return values[0] if same and not isinstance(values[0], cst.SimpleString) else None


def _edits(
    source: Source, call: cst.Call, written: cst.BaseExpression, built: Built
) -> tuple[Edit, ...]:
    names: dict[str, str] = {}
    taken = {arg.keyword.value for arg in call.args if arg.keyword} | GIVEN
    for value in built.values:
        code = source.code(value)
        plain = isinstance(value, cst.Name) and value.value not in taken
        names.setdefault(code, code if plain else f"value_{len(names) + 1}")
    text = built.filled(lambda _, value: f"{{{{ {names[source.code(value)]} }}}}")
    given = ", ".join(f"{name}={code}" for code, name in names.items())
    return arguments.replace(source, written, text), arguments.add(source, call, given)


FIXER = Fixer(
    id="template-text",
    title="Values that become template code",
    cwe=1336,
    repairs="render_template_string of an f-string, %, + or .format gets its values as arguments.",
    answers=("flow-template",),
    sign=re.compile(r"render_template_string"),
    look=look,
)
