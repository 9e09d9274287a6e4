"""Values from outside in the filters of MongoDB: scripts in $where, and whole filters."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

DRIVERS = frozenset(("pymongo", "motor", "flask_pymongo", "mongoengine"))


def _is_driven(call: Call) -> bool:
    """Whether the file imports a driver; other classes have methods of these names too."""
    return bool(call.modules & DRIVERS)


def _script(call: Call) -> list[Value]:
    """The JavaScript of a filter; what is compared with a field is data and does no harm."""
    found = call.argument(0, "filter")
    table = found.table if found is not None else None
    return [table["$where"]] if table and "$where" in table else []


def _filter(call: Call) -> list[Value]:
    """The script of a filter, or the whole of one that was not written here."""
    found = call.argument(0, "filter")
    return [found] if found is not None and found.table is None else _script(call)


NOSQL = Family(
    name="nosql",
    about=Explanation(
        943,
        Severity.HIGH,
        "A value from outside is written into a database filter",
        "It becomes a script, or chooses the operators of the filter.",
        "With a quote or an operator such as $ne in it, other documents are found, changed or "
        "deleted.",
        "Name fields and operators in the code, and give the value as text: "
        "{'name': {'$eq': str(name)}}.",
    ),
    sinks=(
        Sink(words("*.find"), choose=_script, when=_is_driven),
        Sink(
            words(
                "*.find_one *.count_documents *.update_one *.update_many *.replace_one"
                " *.delete_one *.delete_many *.find_one_and_update *.find_one_and_replace"
                " *.find_one_and_delete"
            ),
            choose=_filter,
            when=_is_driven,
        ),
    ),
)
FAMILIES = (NOSQL,)
