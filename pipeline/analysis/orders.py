"""Words by which a text speaks to a language model, in whatever way they are written down.

No list of words is complete: what is noticed here is asked about a second time, and nothing rests
on its being noticed. The phrases are general on purpose; a false alarm costs one more question.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote


def _turned_round(text: str) -> str:
    return text[::-1]


def _rotated(text: str) -> str:
    return codecs.encode(text, "rot13")


LONGEST = 100_000  # characters of one comment or string that are read
TAG_BLOCK = 0xE0000  # invisible twins of ASCII
LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u03bf\u03b1\u03c1",
    "aeopcyxijsdhoap",
)

_NEAR = r"[^\n]{0,40}?"
_MODEL = (
    r"\b(?:ai|llm|(?:language )?model|assistant|chatgpt|gpt|claude|gemini|copilot|reviewer|auditor"
    r"|analy[sz]er|rebuilder|quality checker)\b"
)
_SAFE = r"\b(?:safe|secure|clean|approved|harmless|succeeded|passed|production ready)\b"
_FAULTS = r"(?:findings?|vulnerabilit\w+|issues|problems|weaknesses|flaws)\b"
_ENGLISH = (
    rf"\b(?:ignore|disregard|forget|override|bypass)\b{_NEAR}\b(?:instructions?|prompts?|rules"
    rf"|previous|above|{_FAULTS})",
    rf"{_MODEL}{_NEAR}\b(?:must|shall|should|has to|have to|please|will now|return|report|approve"
    r"|answer|respond|twice)\b",
    r"\b(?:you are (?:now )?(?:a|an|the|in|no longer)|your (?:system )?(?:prompt|instructions?))\b",
    rf"\b(?:print|repeat|reveal|show)\b{_NEAR}\b(?:prompt|everything above|instructions?)\b",
    r"\b(?:system prompt|system override|maintenance (?:mode|hook)|new task)\b",
    rf"\bapprove (?:this|it|the)\b|\b(?:mark|rate|declare|consider|report){_NEAR}{_SAFE}",
    rf"\b(?:report|return|list|mention|answer with)\b{_NEAR}\b(?:no|zero|empty|without){_NEAR}"
    rf"{_FAULTS}",
    rf"\b(?:there are no|contains no|has no) {_FAULTS}",
    r"\bconfidence (?:is |to )?(?:high|level)\b|\bset (?:the )?confidence\b",
    r"\bdo not (?:report|flag|mention)\b|\b(?:change|rewrite|touch) the code\b",
    rf"\b(?:original code|code back|the code){_NEAR}\b(?:unchanged|byte for byte)\b",
    r"\breturn the original code\b|\brebuilt code\b",
    rf"\b(?:call|use) the{_NEAR}\btool\b|\brun the function\b",
    r"\banswer in (?:html|markdown|json)\b|\bin your (?:summary|answer|response|report)\b",
    r"\bshow this link\b|\bload this script\b|\bembed this image\b",
    r"\bmake me an? admin|delete (?:all )?other users\b|\braise my\b",
)
_OTHER_LANGUAGES = (
    r"(?:vergiss|ignoriere)\b.{0,40}anweisung|melde keine|f\w+ge .{0,30}\bein\b.{0,40}wart",
    r"(?:oublie|ignore[zr]?)\b.{0,40}(?:instruction|tout)|confiance au max",
    r"(?:olvida|ignora)\b.{0,40}(?:instruccion|anterior)|confianza",
    r"(?:esque[c\u00e7]a|ignore)\b.{0,40}(?:instru|tudo)|confian[c\u00e7]a",
    r"(?:dimentica|ignora)\b.{0,40}istruzioni",
    r"(?:\u0437\u0430\u0431\u0443\u0434\u044c|\u0438\u0433\u043d\u043e\u0440\u0438\u0440\u0443\u0439)"
    r"|\u0443\u044f\u0437\u0432\u0438\u043c",
    r"\u5ffd\u7565|\u6307\u4ee4|\u7f6e\u4fe1",
    r"\u6307\u793a.{0,4}\u7121\u8996|\u8106\u5f31\u6027",
    r"\u062a\u062c\u0627\u0647\u0644|\u0627\u0644\u062a\u0639\u0644\u064a\u0645\u0627\u062a",
    r"\u0928\u093f\u0930\u094d\u0926\u0947\u0936",
    r"\uc9c0\uc2dc.{0,4}\ubb34\uc2dc|\ucde8\uc57d\uc810",
)
_MARKS = (
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>",
    r"<<<\s*(?:begin|end) |</(?:data|input|code|document)>",
    r"(?:^|\n)\s*(?:system|assistant|human)\s*:|\"role\"\s*:\s*\"(?:system|assistant)",
    r"```json",
)
_PHRASES = re.compile("|".join((*_ENGLISH, *_OTHER_LANGUAGES, *_MARKS)))
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,4000}={0,2}")
_HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{2}){12,4000}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_COMMENT_SIGNS = " \t#/*-;!"
_LETTERS_APART = re.compile(r"\b\w(?: \w\b){3,400}")
# One word of most phrases, or writing that may hide one; a text without any needs no closer look.
_WORDS = (
    "ignore all",
    "ignore the",
    "ignore prev",
    "ignore every",
    "ignoriere",
    "ignorez",
    "ignora ",
    "disregard",
    "forget",
    "system override",
    "bypass",
    "prompt",
    "instructions",
    "approve",
    "confidence",
    "findings",
    "vulnerab",
    "reviewe",
    "rebuil",
    "assistant",
    "you are",
    "language model",
    "original code",
    "change the code",
    "code back",
    "your answer",
    "your summary",
    "your report",
    "other users",
    "make me",
    "mark the job",
    "new task",
    "answer in",
    " tool to",
    "the tool",
    "this line",
    "this link",
    "this script",
    "this image",
    "maintenance",
    "vergiss",
    "oublie",
    "olvida",
    "dimentica",
)
_TURNED = [read(word) for word in _WORDS for read in (_turned_round, _rotated) if len(word) > 6]
_HIDING = (
    r"<\||\[inst|<<<|```|role\"|[^\x00-\x7f]|[A-Za-z0-9+/]{32}"
    r"|%[0-9a-f]{2}%[0-9a-f]{2}|\\[ux][0-9a-f]{2}|\b\w \w \w \w\b"
)
_TRIGGERS = re.compile("|".join((*_WORDS, *_TURNED, _HIDING)), re.IGNORECASE)


def may_speak(text: str) -> bool:
    """False only for a text that has none of the words, and nothing that may hide one; quick."""
    return bool(_TRIGGERS.search(text))


def speaks(text: str) -> bool:
    """Whether a comment or string speaks to a model, read in every way known here."""
    return any(_PHRASES.search(reading) for reading in _readings(text[:LONGEST]))


def _readings(text: str) -> Iterator[str]:
    visible = "".join(_untagged(c) for c in text if unicodedata.category(c) != "Cf" or _tag(c))
    seen: set[str] = set()
    for reading in _ways(visible):
        plain = unicodedata.normalize("NFKC", reading).casefold().replace("_", " ")
        for laid_out in (_by_line(plain), _in_one_line(plain)):
            if laid_out not in seen:
                seen.add(laid_out)
                yield laid_out


def _ways(text: str) -> Iterator[str]:
    yield text
    yield text.translate(LOOKALIKES)
    yield _turned_round(text)
    yield _rotated(text)
    yield _ESCAPE.sub(
        lambda found: chr(int(found[1] or found[2], 16)), html.unescape(unquote(text))
    )
    yield _LETTERS_APART.sub(lambda found: found[0].replace(" ", ""), text)
    yield from (_decoded(word, base64.b64decode) for word in _BASE64.findall(text))
    yield from (_decoded(word, binascii.unhexlify) for word in _HEXADECIMAL.findall(text))


def _decoded(word: str, decode: Callable[[str], bytes]) -> str:
    try:
        return decode(word).decode("utf-8")
    except ValueError:  # no such encoding, or no text in it
        return ""


def _tag(character: str) -> bool:
    return TAG_BLOCK < ord(character) < TAG_BLOCK + 0x7F


def _untagged(character: str) -> str:
    return chr(ord(character) - TAG_BLOCK) if _tag(character) else character


def _by_line(text: str) -> str:
    """One space between words; lines stay, since some marks stand at the start of one."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


def _in_one_line(text: str) -> str:
    """What several lines of comment say together."""
    return " ".join(" ".join(line.lstrip(_COMMENT_SIGNS).split()) for line in text.split("\n"))
