"""Plain bugs in Python code that ruff can see: each rule here tells of wrong behaviour, not style.

The scanner's own sentence about the place stands before the description, so these stay short.
``SELECTED`` is the exact list handed to ruff beside its security rules.
"""

from __future__ import annotations

from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

_DEFECTS: dict[tuple[str, ...], Explanation] = {
    ("F821", "F822", "F823"): Explanation(
        457,
        MEDIUM,
        "A name that does not exist is used",
        "Nothing in this file defines it at that point.",
        "The line raises NameError when it is reached.",
        "Define or import the name, or correct its spelling.",
    ),
    ("F811",): Explanation(
        1041,
        LOW,
        "A definition is replaced before it was used",
        "The second one silently wins.",
        "Code or a test that seems to be there never runs.",
        "Rename or remove one of them.",
    ),
    ("F501", "F502", "F503", "F504", "F505", "F506", "F507", "F508", "F509", "F521", "F522",
     "F523", "F524", "F525", "PLE1300", "PLE1307", "PLE1205", "PLE1206"): Explanation(
        628,
        MEDIUM,
        "A format string and its values do not fit",
        "Placeholders and arguments disagree.",
        "The line raises an error or shows wrong text, often just when an error is reported.",
        "Give exactly the values that the placeholders ask for.",
    ),
    ("F632", "PLW0177", "B015", "PLR0124"): Explanation(
        1025,
        MEDIUM,
        "A comparison that does not say what it seems to",
        "It tests identity, compares with itself or its result is thrown away.",
        "The condition is true or false for other reasons than intended.",
        "Compare with ==, use math.isnan, or remove the statement.",
    ),
    ("F631", "F634", "PLW0129", "B011", "PLW0133"): Explanation(
        571,
        MEDIUM,
        "A check that can never do its work",
        "The condition is constant, or the exception is made and never raised.",
        "What should be stopped here passes.",
        "Write the condition that was meant, and raise explicitly.",
    ),
    ("F701", "F702", "F704", "F706", "F707", "PLE0101", "PLE0115", "PLE0116", "PLE0117",
     "PLE0118"): Explanation(
        None,
        HIGH,
        "A statement stands where Python does not allow it",
        "The file cannot be imported.",
        "Nothing in it runs.",
        "Move the statement to where it belongs.",
    ),
    ("PLE0100", "PLE0237", "PLE0241", "PLE0302", "PLE0303", "PLE0304", "PLE0305", "PLE0307",
     "PLE0308", "PLE0309", "PLE0604", "PLE0605", "PLE0643", "PLE0704", "PLE1132", "PLE1142",
     "PLE1310", "PLE1507", "PLE1519", "PLE1520", "RUF016", "B002", "B005", "B016",
     "B021", "B026", "B029", "B030", "B032"): Explanation(
        None,
        MEDIUM,
        "Python does something else here than the line says",
        "The construct is accepted, but its effect is another one or an error at run time.",
        "Wrong results, or an exception on a path that tests seldom reach.",
        "Rewrite the line in the form the sentence above asks for.",
    ),
    ("B006", "B039"): Explanation(
        None,
        MEDIUM,
        "One changeable default is shared by all calls",
        "A default list, dict or set is made once, when the function is defined.",
        "What one call puts in, the next call finds: data leaks between users or requests.",
        "Use None as default and make the object inside.",
    ),
    ("B012",): Explanation(
        584,
        MEDIUM,
        "Leaving a finally block swallows the error",
        "return, break or continue in finally discards the exception on its way.",
        "Failures disappear and the caller gets a wrong answer.",
        "Move it out of the finally block.",
    ),
    ("B019",): Explanation(
        401,
        LOW,
        "A cache on a method keeps every object alive",
        "The cache belongs to the class and holds each instance it has seen.",
        "Memory grows for as long as the process runs.",
        "Cache on a function, or keep the value on the instance.",
    ),
    ("B020", "B023", "B031", "B035"): Explanation(
        None,
        MEDIUM,
        "A loop variable is not what the code expects",
        "It is overwritten, or read later than its value was meant for.",
        "All iterations see the last value, or elements are skipped.",
        "Bind the value as an argument or give it a name of its own.",
    ),
    ("B025", "B014"): Explanation(
        561,
        LOW,
        "The same exception is caught twice",
        "The second handler is never reached.",
        "The handling that seems to be there does not happen.",
        "Merge the handlers.",
    ),
    ("BLE001", "E722"): Explanation(
        396,
        LOW,
        "Every error is caught alike",
        "A handler for all exceptions also takes those that nobody thought of.",
        "Bugs look like expected failures and stay hidden.",
        "Catch the errors you expect; log or raise the rest again.",
    ),
    ("PLW1501", "PLW1507", "PLW1508", "PLW1509", "PLW2101", "PLW0711", "PLW0127", "PLW0128",
     "PLW0131", "PLW0211", "PLW0245"): Explanation(
        None,
        LOW,
        "A call or assignment without the effect it seems to have",
        "Python accepts it and does something else.",
        "Wrong mode, wrong copy, wrong handler: found only when it matters.",
        "Correct it as the sentence above says.",
    ),
    ("ASYNC100", "ASYNC105", "ASYNC115", "ASYNC210", "ASYNC220", "ASYNC221", "ASYNC222",
     "ASYNC251"): Explanation(
        None,
        MEDIUM,
        "An async function blocks its event loop",
        "It waits in a way that lets nothing else run.",
        "All other requests of the process stand still for that time.",
        "Use the async counterpart, or run it in a thread.",
    ),
    ("RUF006",): Explanation(
        None,
        MEDIUM,
        "A background task that nobody holds",
        "The event loop keeps only a weak reference to it.",
        "It can vanish half-way, and its errors are never seen.",
        "Keep the task in a variable or a task group and await it.",
    ),
    ("DTZ003", "DTZ004"): Explanation(
        None,
        LOW,
        "A UTC time that does not know it is UTC",
        "utcnow and utcfromtimestamp give a time without zone.",
        "Later code takes it for local time and is off by hours.",
        "Use datetime.now(timezone.utc).",
    ),
}  # fmt: skip

RULES: dict[str, Explanation] = {rule: about for rules, about in _DEFECTS.items() for rule in rules}
SELECTED = tuple(sorted(RULES))
