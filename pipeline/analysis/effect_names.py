"""What well-known calls do, in words that complete "This function ...".

Full names are matched by their longest known prefix; a prefix that ends in a dot takes everything
below it. Method names stand apart: the object's type is not known, the name is telling enough.
"""

from __future__ import annotations

CALLS: dict[str, str] = {
    "open": "opens a file",
    "io.open": "opens a file",
    "os.system": "runs a shell command",
    "os.popen": "runs a shell command",
    "subprocess.getoutput": "runs a shell command",
    "subprocess.getstatusoutput": "runs a shell command",
    "subprocess.": "runs another program",
    "os.exec": "replaces itself by another program",
    "os.spawn": "runs another program",
    "os.posix_spawn": "runs another program",
    "asyncio.create_subprocess_exec": "runs another program",
    "asyncio.create_subprocess_shell": "runs a shell command",
    "os.fork": "splits into two processes",
    "os.kill": "sends signals to processes",
    "os.environ": "reads environment variables",
    "os.getenv": "reads environment variables",
    "os.putenv": "changes environment variables",
    "os.remove": "deletes files",
    "os.unlink": "deletes files",
    "os.rmdir": "deletes directories",
    "os.removedirs": "deletes directories",
    "shutil.rmtree": "deletes whole directory trees",
    "shutil.copy": "copies files",
    "shutil.move": "moves files",
    "os.rename": "renames files",
    "os.replace": "renames files",
    "os.makedirs": "creates directories",
    "os.mkdir": "creates directories",
    "os.listdir": "lists directories",
    "os.scandir": "lists directories",
    "os.walk": "walks through directories",
    "glob.": "looks for files by pattern",
    "os.chmod": "changes file permissions",
    "os.chown": "changes file owners",
    "tempfile.": "makes temporary files",
    "zipfile.": "reads or writes zip archives",
    "tarfile.": "reads or writes tar archives",
    "requests.": "makes HTTP requests",
    "httpx.": "makes HTTP requests",
    "aiohttp.": "makes HTTP requests",
    "urllib3.": "makes HTTP requests",
    "urllib.request.": "opens web addresses",
    "http.client.": "makes HTTP requests",
    "http.server.": "serves HTTP",
    "socketserver.": "serves network connections",
    "socket.": "uses network sockets",
    "ssl.": "sets up TLS",
    "smtplib.": "sends e-mail",
    "imaplib.": "reads e-mail",
    "ftplib.": "transfers files by FTP",
    "telnetlib.": "talks over Telnet",
    "paramiko.": "connects over SSH",
    "boto3.": "calls AWS services",
    "sqlite3.": "opens an SQLite database",
    "psycopg2.": "connects to PostgreSQL",
    "psycopg.": "connects to PostgreSQL",
    "pymysql.": "connects to MySQL",
    "MySQLdb.": "connects to MySQL",
    "mysql.connector.": "connects to MySQL",
    "pymongo.": "connects to MongoDB",
    "redis.": "connects to Redis",
    "sqlalchemy.create_engine": "connects to a database",
    "pickle.": "pickles or unpickles objects",
    "pickle.load": "loads pickled objects",
    "pickle.dump": "pickles objects",
    "marshal.load": "loads marshalled objects",
    "json.load": "reads JSON",
    "json.dump": "writes JSON",
    "yaml.": "reads or writes YAML",
    "csv.": "reads or writes CSV",
    "xml.": "handles XML",
    "lxml.": "handles XML",
    "configparser.": "reads INI settings",
    "argparse.": "reads command-line arguments",
    "hashlib.": "computes hashes",
    "hmac.": "computes message authentication codes",
    "secrets.": "makes unguessable random values",
    "random.": "makes predictable random values",
    "uuid.": "makes unique ids",
    "base64.": "encodes or decodes base64",
    "cryptography.": "uses cryptography",
    "Crypto.": "uses cryptography",
    "threading.Thread": "starts threads",
    "threading.Timer": "starts timers",
    "multiprocessing.": "uses several processes",
    "concurrent.futures.": "runs work in a pool",
    "asyncio.create_task": "starts background tasks",
    "asyncio.gather": "waits for several coroutines at once",
    "asyncio.run": "runs an event loop",
    "time.sleep": "waits",
    "asyncio.sleep": "waits",
    "signal.": "handles signals",
    "ctypes.": "calls native code",
    "eval": "executes text as Python",
    "exec": "executes text as Python",
    "compile": "compiles text as Python",
    "__import__": "imports modules chosen at run time",
    "importlib.": "imports modules chosen at run time",
    "input": "asks for input",
    "print": "prints",
    "sys.exit": "ends the program",
    "os._exit": "ends the program at once",
    "exit": "ends the program",
    "quit": "ends the program",
    "sys.argv": "reads command-line arguments",
    "sys.stdin.": "reads standard input",
    "sys.stdout.": "writes standard output",
    "sys.stderr.": "writes standard error",
    "logging.": "logs",
    "datetime.datetime.now": "reads the clock",
    "datetime.datetime.utcnow": "reads the clock",
    "datetime.date.today": "reads the clock",
    "time.time": "reads the clock",
    "flask.request": "reads the web request",
    "flask.render_template_string": "renders a template from text",
    "flask.render_template": "renders a template",
    "flask.redirect": "redirects the visitor",
    "flask.Flask": "sets up a web application",
    "fastapi.FastAPI": "sets up a web application",
    "django.shortcuts.render": "renders a template",
}

METHODS: dict[str, str] = {
    "read_text": "reads a file",
    "read_bytes": "reads a file",
    "write_text": "writes a file",
    "write_bytes": "writes a file",
    "unlink": "deletes a file",
    "rmdir": "deletes a directory",
    "mkdir": "creates a directory",
    "iterdir": "lists a directory",
    "execute": "runs SQL statements",
    "executemany": "runs SQL statements",
    "executescript": "runs SQL scripts",
    "fetchone": "reads database rows",
    "fetchall": "reads database rows",
    "commit": "commits database changes",
    "rollback": "takes back database changes",
    "exec_command": "runs commands on a remote machine",
    "extractall": "unpacks an archive",
    "sendall": "sends data over a connection",
    "recv": "receives data from a connection",
    "send_message": "sends a message",
    "sendmail": "sends e-mail",
}

UNIX_ONLY = frozenset(
    (
        "fcntl",
        "grp",
        "pwd",
        "resource",
        "termios",
        "tty",
        "pty",
        "syslog",
        "crypt",
        "spwd",
        "posix",
    )
)
WINDOWS_ONLY = frozenset(
    (
        "winreg",
        "msvcrt",
        "winsound",
        "_winapi",
        "win32api",
        "win32con",
        "win32gui",
    )
)
# Calls that do nothing to the world whatever they are given: not worth a word.
HARMLESS_NAMES = frozenset(
    (
        *("abs", "all", "any", "bool", "bytes", "callable", "chr", "dict", "divmod", "enumerate"),
        *("filter", "float", "format", "frozenset", "getattr", "hasattr", "hash", "hex", "id"),
        *("int", "isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next"),
        *("object", "ord", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum"),
        *("super", "tuple", "type", "vars", "zip", "bytearray", "memoryview", "setattr"),
    )
)
HARMLESS_MODULES = frozenset(
    (
        *("re", "math", "itertools", "functools", "operator", "collections", "string", "textwrap"),
        *("dataclasses", "decimal", "fractions", "datetime", "copy", "enum", "typing", "html"),
        *("struct", "bisect", "heapq", "statistics", "unicodedata", "json", "posixpath"),
    )
)
HARMLESS_METHODS = frozenset(
    (
        *("append", "extend", "insert", "pop", "remove", "clear", "add", "discard", "update"),
        *("get", "items", "keys", "values", "setdefault", "copy", "sort", "reverse", "index"),
        *("count", "join", "split", "rsplit", "strip", "lstrip", "rstrip", "replace", "lower"),
        *("upper", "title", "startswith", "endswith", "format", "encode", "decode", "find"),
        *("partition", "rpartition", "splitlines", "isdigit", "group", "groups", "match", "sub"),
        *("digest", "hexdigest", "getvalue", "isoformat", "strftime", "total_seconds"),
    )
)
PATH_OPENERS = frozenset(("open", "io.open"))
PROCESS_CALLS = ("subprocess.", "os.system", "os.popen", "asyncio.create_subprocess")


def effect_of(name: str) -> str | None:
    """What a call of this full name does, or None when the name is not known."""
    if name in CALLS:
        return CALLS[name]
    prefix = name
    while prefix:
        prefix, _, _ = prefix.rpartition(".")
        if prefix + "." in CALLS:
            return CALLS[prefix + "."]
        if prefix in CALLS:
            return CALLS[prefix]
    return next((CALLS[known] for known in _STEMS if name.startswith(known)), None)


# os.execv, shutil.copyfile, pickle.loads: one entry stands for a family of names
_STEMS = ("os.exec", "os.spawn", "shutil.copy", "pickle.load", "pickle.dump", "json.load",
          "json.dump", "marshal.load")  # fmt: skip
