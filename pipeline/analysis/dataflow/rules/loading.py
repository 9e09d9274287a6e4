"""Data from outside in formats that can rebuild any object, and so run code."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity


def _builds_objects(call: Call) -> bool:
    """``yaml.load`` unless it is given one of the safe loaders."""
    loader = call.argument(1, "Loader")
    if loader is None:
        return True
    return not loader.name.endswith(("SafeLoader", "BaseLoader"))


def _allows_pickle(call: Call) -> bool:
    return call.flag("allow_pickle")


def _is_whole(call: Call) -> bool:
    """``torch.load`` without ``weights_only``."""
    return not call.flag("weights_only")


LOADING = Family(
    name="deserialise",
    about=Explanation(
        502,
        Severity.CRITICAL,
        "Data from outside is loaded in a format that can run code",
        "The loader rebuilds objects by calling what the data names.",
        "Whoever sends the data runs code in this process.",
        "Use JSON or yaml.safe_load; if it must stay, check a signature before loading.",
    ),
    sinks=(
        Sink(
            words(
                "pickle.loads pickle.load pickle.Unpickler cPickle.loads cPickle.load"
                " _pickle.loads _pickle.load dill.loads dill.load cloudpickle.loads"
                " cloudpickle.load jsonpickle.decode jsonpickle.loads marshal.loads marshal.load"
                " joblib.load pandas.read_pickle yaml.unsafe_load yaml.unsafe_load_all"
                " yaml.full_load yaml.full_load_all shelve.open ruamel.yaml.unsafe_load"
            ),
            names=words("data file obj string stream"),
        ),
        Sink(words("yaml.load yaml.load_all"), names=("stream",), when=_builds_objects),
        Sink(words("numpy.load"), when=_allows_pickle),
        Sink(words("torch.load"), when=_is_whole),
    ),
    judged=words("B301 B302 B506 B614"),
)
FAMILIES = (LOADING,)
