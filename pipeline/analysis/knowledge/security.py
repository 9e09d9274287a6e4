"""Security weaknesses of Python code, by bandit's rule numbers (ruff's S rules are the same)."""

from __future__ import annotations

from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity

_WEAKNESSES: dict[tuple[str, ...], Explanation] = {
    ("B602", "B604", "B605", "B609"): Explanation(
        78,
        HIGH,
        "A command goes through the shell",
        "The command is one string that a shell interprets.",
        "Any part of it that comes from outside can run other commands with this program's rights.",
        "Pass a list of arguments without shell=True, and let Python do what the shell did (pipes, "
        "wildcards, redirects).",
    ),
    ("B603", "B606", "B607"): Explanation(
        78,
        LOW,
        "The program to run is not fixed",
        "Which program is started, or with which arguments, is decided at run time.",
        "If the value comes from outside, somebody else chooses what runs here.",
        "Choose the program from a fixed list, and put -- before arguments from outside.",
    ),
    ("B601",): Explanation(
        78,
        MEDIUM,
        "A remote command is run over SSH",
        "The remote side hands the string to a shell.",
        "Parts of it that come from outside run as commands on the remote machine.",
        "Keep the command constant; quote every inserted value with shlex.quote.",
    ),
    ("B102", "B307"): Explanation(
        95,
        HIGH,
        "Text is executed as Python",
        "eval or exec runs whatever expression or program the text holds.",
        "Whoever influences the text runs code in this process, with its files and credentials.",
        "Read data with json or ast.literal_eval; map names to functions with a dictionary.",
    ),
    ("B608", "B610", "B611"): Explanation(
        89,
        HIGH,
        "SQL is put together from strings",
        "Values are written into the statement instead of being sent beside it.",
        "A value with a quote in it changes the statement: reading, altering or deleting any row "
        "the account may touch.",
        "Use the driver's placeholders (%s, ? or :name) and pass the values as parameters; take "
        "table and column names from a fixed list.",
    ),
    ("B301", "B302", "B614"): Explanation(
        502,
        HIGH,
        "Data is loaded in a format that can run code",
        "pickle, marshal and formats built on them rebuild objects by calling what the data names.",
        "Whoever can change the file, cache entry or message runs code in this process.",
        "Use JSON or another pure data format; if it must stay, check a signature before loading.",
    ),
    ("B506",): Explanation(
        502,
        HIGH,
        "YAML is loaded with a loader that builds objects",
        "A full or unsafe loader creates any Python object that the document names.",
        "A crafted document runs code in this process.",
        "Use yaml.safe_load.",
    ),
    ("B324", "B303"): Explanation(
        328,
        MEDIUM,
        "A broken hash function is used",
        "Collisions for MD5 and SHA-1 can be made on purpose, and both are fast to try out.",
        "Signatures and checks built on it can be forged; passwords hashed with it are cracked.",
        "Use SHA-256 or better; for passwords scrypt, bcrypt or Argon2; for mere checksums say "
        "usedforsecurity=False.",
    ),
    ("B304", "B305"): Explanation(
        327,
        HIGH,
        "A broken cipher or mode is used",
        "The algorithm no longer protects what it encrypts, or the mode shows patterns.",
        "Encrypted data can be read or changed unnoticed.",
        "Use AES-GCM or ChaCha20-Poly1305 from the cryptography package.",
    ),
    ("B505",): Explanation(
        326,
        HIGH,
        "The key is too short",
        "A key of this size can be computed by others with affordable means.",
        "What it protects can be read or forged.",
        "Use RSA of 3072 bits or more, or an elliptic curve such as Ed25519.",
    ),
    ("B311",): Explanation(
        338,
        LOW,
        "Predictable random numbers",
        "The random module repeats itself for whoever has seen enough of its output.",
        "Harmless for games and sampling; tokens, passwords and codes made with it can be guessed.",
        "Use the secrets module for anything that must not be guessed.",
    ),
    ("B501", "B323"): Explanation(
        295,
        HIGH,
        "Certificates are not checked",
        "The connection is encrypted, but with whoever answers.",
        "Anybody on the way can read and change what is sent, passwords included.",
        "Leave verification on; for a private authority give its certificate as the CA bundle.",
    ),
    ("B502", "B503", "B504"): Explanation(
        327,
        MEDIUM,
        "An outdated TLS version is allowed",
        "SSL 2 and 3 and TLS before 1.2 have known attacks.",
        "An attacker on the way can force the weak version and read the connection.",
        "Use ssl.create_default_context and require TLS 1.2 or later.",
    ),
    ("B507",): Explanation(
        322,
        HIGH,
        "SSH host keys are not checked",
        "Any server that answers is accepted as the right one.",
        "Somebody on the way can take the session and the password.",
        "Load the known hosts and reject unknown keys.",
    ),
    ("B508", "B509", "B312", "B321", "B401", "B402"): Explanation(
        319,
        MEDIUM,
        "A protocol without encryption",
        "What is sent, passwords included, travels in clear.",
        "Everybody on the way can read and change it.",
        "Use the encrypted successor: SSH, SFTP or FTPS, SNMPv3 with privacy.",
    ),
    ("B113",): Explanation(
        1088,
        MEDIUM,
        "A network call without a timeout",
        "The call waits for as long as the other side keeps the connection open.",
        "One silent server stops this worker for ever; a few of them stop the service.",
        "Pass a timeout and handle the error it raises.",
    ),
    ("B310",): Explanation(
        918,
        MEDIUM,
        "An address that is not fixed is opened",
        "urlopen also opens file: and ftp: addresses, and reaches internal hosts.",
        "If the address comes from outside, local files and internal services can be read.",
        "Allow only https and the hosts you expect before opening.",
    ),
    ("B313", "B314", "B315", "B316", "B317", "B318", "B319", "B320"): Explanation(
        776,
        MEDIUM,
        "XML is parsed without protection",
        "The parser expands entities that the document itself defines.",
        "A small crafted document can use up memory; depending on the parser it reads local files.",
        "Parse XML from outside with defusedxml.",
    ),
    ("B202",): Explanation(
        22,
        HIGH,
        "An archive is unpacked without checking its paths",
        "Members of an archive may have names such as ../../etc/cron.d/x, or be links.",
        "A crafted archive writes files anywhere this program may write.",
        "Use extractall(filter='data') for tar, and check every target path.",
    ),
    ("B306", "B325", "B108"): Explanation(
        377,
        MEDIUM,
        "A temporary file with a name that others can guess",
        "The name is known before the file exists.",
        "Another user of the machine can put a file or link there first and read or redirect what "
        "is written.",
        "Use tempfile.NamedTemporaryFile, mkstemp or TemporaryDirectory.",
    ),
    ("B103",): Explanation(
        732,
        HIGH,
        "A file is opened to everybody",
        "The permissions let any user of the machine change or run it.",
        "Other accounts can replace its content.",
        "Give rights to the owner only (0o600, or 0o700 for programs).",
    ),
    ("B104",): Explanation(
        1327,
        MEDIUM,
        "The server listens on every network interface",
        "0.0.0.0 also answers to networks that were not meant.",
        "A service meant for this machine can be reached from outside.",
        "Bind to 127.0.0.1, or make the address a setting.",
    ),
    ("B105", "B106", "B107"): Explanation(
        798,
        MEDIUM,
        "A secret is written into the code",
        "A name that speaks of a password, token or secret has a fixed value.",
        "Everybody who can read the source knows it, and all installations share it.",
        "Read it from the environment or a secret store, and change it.",
    ),
    ("B201",): Explanation(
        489,
        HIGH,
        "Debug mode is on",
        "The debugger of the development server runs code that a visitor types.",
        "If this reaches a network, strangers run commands on the server.",
        "Turn it off in code; let an environment variable turn it on for development only.",
    ),
    ("B701", "B702", "B703", "B704", "B308"): Explanation(
        79,
        MEDIUM,
        "Text reaches a web page without escaping",
        "The escaping that the template engine would do is off for this text.",
        "Script that somebody stored or sent runs in other visitors' browsers.",
        "Leave escaping on; build HTML with format_html or a template, and sanitise stored HTML.",
    ),
    ("B612",): Explanation(
        94,
        HIGH,
        "Logging settings are accepted from the network",
        "The listener evaluates parts of what it receives.",
        "Whoever reaches the port runs code in this process.",
        "Load logging settings from a file that only the operator can write.",
    ),
    ("B615",): Explanation(
        494,
        MEDIUM,
        "A model is downloaded without a fixed revision",
        "What the name points to can be changed by others at any time.",
        "Tomorrow's download can hold other weights, or code.",
        "Pin the revision to a commit hash.",
    ),
    ("B110", "B112"): Explanation(
        390,
        LOW,
        "An error is swallowed",
        "Whatever goes wrong in this block is dropped without a trace.",
        "Failures go unnoticed and the program runs on with wrong data.",
        "Catch the one error you expect and log the rest.",
    ),
    ("B613",): Explanation(
        1007,
        HIGH,
        "Invisible characters reorder the text on screen",
        "Bidirectional control characters make an editor show the code in another order than the "
        "one in which it runs.",
        "A reviewer approves something else than what is executed (known as Trojan Source).",
        "Remove the characters, or write them as escapes where a string really needs them.",
    ),
}

RULES: dict[str, Explanation] = {
    rule: about for rules, about in _WEAKNESSES.items() for rule in rules
}
