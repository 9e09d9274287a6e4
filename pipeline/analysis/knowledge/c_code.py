"""Weaknesses of C and C++ code, by the CWE numbers that flawfinder gives.

The severity of an entry is the highest that a hit of it can have; flawfinder's level lowers it.
"""

from __future__ import annotations

from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity

GETS = frozenset(("gets", "_getts", "_getws"))
OTHER = "c-dangerous-call"
GROUPS = {
    "CWE-120": "c-unbounded-copy",
    "CWE-119": "c-unbounded-copy",
    "CWE-785": "c-unbounded-copy",
    "CWE-134": "c-format-string",
    "CWE-78": "c-command",
    "CWE-327": "c-weak-cipher",
    "CWE-362": "c-file-race",
    "CWE-367": "c-file-race",
    "CWE-377": "c-temporary-file",
    "CWE-126": "c-over-read",
    "CWE-250": "c-privilege",
    "CWE-732": "c-permission",
    "CWE-190": "c-integer",
    "CWE-807": "c-outside-value",
    "CWE-20": "c-outside-value",
    "CWE-829": "c-library-path",
    "CWE-676": OTHER,
}

RULES: dict[str, Explanation] = {
    "c-gets": Explanation(
        242,
        CRITICAL,
        "Input is read without any bound",
        "gets cannot be told how long its buffer is; the language removed it for that reason.",
        "A long line overwrites the stack: a crash at best, foreign code at worst.",
        "Use fgets with the size of the buffer, or getline.",
    ),
    "c-unbounded-copy": Explanation(
        120,
        HIGH,
        "A buffer may be written past its end",
        "The call writes as much as the source holds, or a length that nothing here ties to the "
        "size of the target.",
        "Longer data overwrites what lies behind the buffer: crashes, changed values, foreign "
        "code.",
        "Check the length against the target's size before, or use a call that takes that size "
        "(snprintf, strlcpy, std::string).",
    ),
    "c-format-string": Explanation(
        134,
        HIGH,
        "A format string is not constant",
        "The text that holds the %-directives is chosen at run time.",
        "Who controls it reads memory with %x and writes it with %n.",
        'Write the format as a constant and pass the text as its argument: printf("%s", text).',
    ),
    "c-command": Explanation(
        78,
        HIGH,
        "Another program is started, or a shell",
        "system and popen hand a string to a shell; the exec family trusts path and environment.",
        "Parts that come from outside run other commands with this program's rights.",
        "Call a library function instead, or execve with a fixed path, fixed arguments and a "
        "cleaned environment.",
    ),
    "c-weak-cipher": Explanation(
        327,
        MEDIUM,
        "A weak cipher, or random numbers that can be guessed",
        "The algorithm or generator was not made for keeping anything secret.",
        "Keys, tokens or ciphertexts made with it can be computed by others.",
        "Use getrandom or the generator of a crypto library, and AES-GCM or ChaCha20-Poly1305.",
    ),
    "c-file-race": Explanation(
        362,
        MEDIUM,
        "A file is named twice, and can be swapped in between",
        "The call takes a path, which may stand for another file than the one looked at before.",
        "Who may write to the directory redirects the operation, by a symbolic link for instance.",
        "Open once (O_NOFOLLOW, O_EXCL) and go on with the descriptor: fstat, fchmod, fchown.",
    ),
    "c-temporary-file": Explanation(
        377,
        MEDIUM,
        "A temporary file can be foreseen by others",
        "Name and creation are two steps, or the rights of the file depend on the system.",
        "Another user creates the file or a link of that name first and reads or steers what is "
        "written.",
        "Use mkstemp in a directory of your own, after umask(077).",
    ),
    "c-over-read": Explanation(
        126,
        LOW,
        "A read may go past the end of a buffer",
        "The call stops at a terminator or a second range that may be missing.",
        "A crash, or neighbouring memory in the result.",
        "Use the variant that takes a length, or make sure of the terminator.",
    ),
    "c-privilege": Explanation(
        250,
        MEDIUM,
        "Privileges or the file system's root are changed",
        "Such calls protect only in the right order and with their results checked.",
        "A step that fails in silence leaves the program with more rights than it should have.",
        "Check every result, drop groups before the user, and chdir after chroot.",
    ),
    "c-permission": Explanation(
        732,
        MEDIUM,
        "Rights of files are set or left wide",
        "The call decides who may read and write what is created.",
        "Other users of the machine read or change the files.",
        "Give owner-only rights (0600, umask 077) and widen them where that is needed.",
    ),
    "c-integer": Explanation(
        190,
        LOW,
        "Text becomes a number without a check",
        "The call reports neither overflow nor trailing text.",
        "A foreign number that is too big wraps round, and sizes or indexes computed from it lie.",
        "Use strtol, look at errno and the end pointer, and check the range.",
    ),
    "c-outside-value": Explanation(
        807,
        MEDIUM,
        "A value from outside is trusted",
        "Environment variables and similar values are set by whoever starts the program.",
        "Any content and length is possible, which matters most in programs with special rights.",
        "Check length and content before use; do not decide about rights by it.",
    ),
    "c-library-path": Explanation(
        829,
        MEDIUM,
        "A library is looked up by name",
        "Where the library is found depends on search paths outside of this program.",
        "A file of that name in an earlier directory runs inside of this process.",
        "Load it by its full path.",
    ),
    OTHER: Explanation(
        676,
        LOW,
        "A call that is hard to use safely",
        "The function is obsolete or behaves differently from system to system.",
        "Faults that show up on other machines only.",
        "Use its modern replacement.",
    ),
}
