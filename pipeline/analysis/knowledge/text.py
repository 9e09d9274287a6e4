"""Explanations of what the text and secrets checks find, in any language."""

from __future__ import annotations

from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.secret_formats import FORMATS
from pipeline.analysis.types import Severity

_ROTATE = (
    "Revoke this key where it was issued, issue a new one, and read it from the environment or a "
    "secret store. Deleting the line is not enough: it stays in the history."
)
_KNOWN_KEY = Explanation(
    798,
    Severity.CRITICAL,
    "A live credential is written into the code",
    "The text has the exact shape of a key that a provider issues.",
    "Everybody who can read this file, its history, a backup or a log of it can act as its owner.",
    _ROTATE,
)

RULES: dict[str, Explanation] = {known.rule: _KNOWN_KEY for known in FORMATS} | {
    "assigned-secret": Explanation(
        798,
        Severity.HIGH,
        "A secret is written into the code",
        "The value does not look like a placeholder or a field name.",
        "Everybody who can read the source knows it, all installations share it, and changing it "
        "needs a release.",
        _ROTATE,
    ),
    "connection-password": Explanation(
        798,
        Severity.HIGH,
        "A password is written into an address",
        "User name and password stand in clear in a connection address.",
        "Whoever reads the source can log in there, and such addresses end up in logs and errors.",
        "Take the whole address from the environment and change the password.",
    ),
    "bidi-control": Explanation(
        1007,
        Severity.HIGH,
        "Invisible characters reorder the text on screen",
        "Bidirectional control characters make an editor show the code in another order than the "
        "one in which it runs.",
        "A reviewer approves something else than what is executed (known as Trojan Source).",
        "Remove the characters, or write them as escapes where a string really needs them.",
    ),
    "invisible-character": Explanation(
        1007,
        Severity.MEDIUM,
        "Invisible characters in the code",
        "Characters without any width stand in the text.",
        "Two names or strings can look the same and differ, and searches miss them.",
        "Remove them, or write them as escapes where a string really needs them.",
    ),
    "lookalike-identifier": Explanation(
        1007,
        Severity.MEDIUM,
        "A word mixes letters that look alike",
        "Letters of another script stand in a word that is otherwise ASCII.",
        "A name that looks familiar can be another one, and call other code than a reader thinks.",
        "Write the word with the letters of one script.",
    ),
    "replacement-character": Explanation(
        None,
        Severity.LOW,
        "Text was damaged before it came here",
        "The replacement character stands where some program could not decode a character.",
        "What was there is lost; strings and comments with it are wrong.",
        "Restore the place from an undamaged copy and save the file as UTF-8.",
    ),
    "control-character": Explanation(
        1007,
        Severity.LOW,
        "Control characters in the code",
        "Characters that steer terminals stand in the text itself.",
        "Printing the file can move the cursor or hide text; parsers disagree about them.",
        "Remove them, or write them as escapes where a string really needs them.",
    ),
    "long-line": Explanation(
        None,
        Severity.LOW,
        "A line too long to be read",
        "Nobody reviews a line of this length; it is generated, minified or data.",
        "Whatever stands at its far end goes unseen.",
        "Submit the source that it was generated from, or move the data to a file.",
    ),
    "other-language": Explanation(
        None,
        Severity.LOW,
        "The code looks like another language than the one chosen",
        "The checks that ran are those of the chosen language.",
        "Findings can be missing or wrong.",
        "Submit it again with the right language.",
    ),
}
