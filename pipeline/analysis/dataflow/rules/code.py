"""Values from outside that are run as Python, or that choose what is run or imported."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Family, Sink
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

CODE = Family(
    name="code",
    about=Explanation(
        95,
        Severity.CRITICAL,
        "A value from outside is executed as Python",
        "eval, exec or compile runs whatever expression or program the text holds.",
        "Whoever sends it runs code in this process, with its files and credentials.",
        "Read data with json or ast.literal_eval; map names to functions with a dictionary.",
    ),
    sinks=(
        Sink(
            words(
                "eval exec builtins.eval builtins.exec compile code.interact execfile"
                " timeit.timeit timeit.repeat cProfile.run pdb.run runpy.run_path pandas.eval"
                " numexpr.evaluate types.CodeType *.runcode *.runsource *.push_code"
            ),
            names=words("source stmt"),
        ),
    ),
    cleaners=words("ast.literal_eval json.loads"),
    judged=words("B307 B102"),
)
LOADING = Family(
    name="import",
    about=Explanation(
        470,
        Severity.HIGH,
        "A value from outside chooses what is imported",
        "The name of a module, or the attribute to call, is taken from outside.",
        "Any module that is installed can be loaded, and what it does on import is done.",
        "Look the name up in a fixed dictionary of what may be chosen.",
    ),
    sinks=(
        Sink(
            words(
                "__import__ importlib.import_module importlib.__import__ imp.load_source"
                " imp.find_module runpy.run_module django.utils.module_loading.import_string"
                " werkzeug.utils.import_string"
            ),
            names=("name",),
        ),
    ),
)
FAMILIES = (CODE, LOADING)
