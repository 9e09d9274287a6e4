"""Where values enter a program: requests, the command line, files, the network.

Names follow the documentation of Flask, Django, FastAPI and Starlette, aiohttp, Bottle, Tornado
and the standard library.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from pipeline.analysis.dataflow.values import DICT, UPLOAD, Taint, Value, anything
from pipeline.analysis.dataflow.wordlists import names

REQUEST = frozenset(("request",))
WEB = "the web request"
TYPED = "what somebody types"
LONGEST_NAME = 160

# Attributes of a request object that hold what the sender wrote.
PARTS = names(
    """args form values json data cookies headers files get_json GET POST COOKIES FILES META body
    query_params path_params params query match_info rel_url query_string path full_path url
    base_url referrer stream authorization host raw_path get_full_path build_absolute_uri get_data
    content read text post user_agent view_args input arguments body_arguments query_arguments
    forms rfile QUERY_STRING path_info environ get_host get_raw_uri content_type
    data_received"""
)
GETTERS = ("get", "read", "fetch", "param", "form", "query", "header", "cookie", "value", "field")
ADDRESSES = names("path full_path url base_url get_full_path build_absolute_uri path_info")
KINDS = {part: frozenset(("address",)) for part in ADDRESSES} | {
    "files": UPLOAD,
    "FILES": UPLOAD,
    "json": DICT,
    "get_json": DICT,
}
HARMLESS_PARTS = names(
    "method user session is_ajax is_secure app remote_addr blueprint endpoint url_rule"
)

# Calls by full name: what their result is called, and whether strangers can send it.
CALLS: dict[str, tuple[str, bool]] = {
    "input": (TYPED, False),
    "raw_input": (TYPED, False),
    "os.getenv": ("the environment", False),
    "os.environ.get": ("the environment", False),
    "os.environb.get": ("the environment", False),
    "sys.stdin.read": ("standard input", False),
    "sys.stdin.readline": ("standard input", False),
    "sys.stdin.readlines": ("standard input", False),
    "sys.stdin.buffer.read": ("standard input", False),
    "fileinput.input": ("standard input", False),
    "getpass.getpass": (TYPED, False),
    "urllib.request.urlopen": ("the answer of another server", True),
    "urllib2.urlopen": ("the answer of another server", True),
    "requests.get": ("the answer of another server", True),
    "requests.post": ("the answer of another server", True),
    "requests.request": ("the answer of another server", True),
    "requests.Session().get": ("the answer of another server", True),
    "requests.Session().post": ("the answer of another server", True),
    "httpx.get": ("the answer of another server", True),
    "httpx.post": ("the answer of another server", True),
    "cgi.FieldStorage": (WEB, True),
    "cgi.parse": (WEB, True),
    "open().read": ("a file", False),
    "open().readline": ("a file", False),
    "open().readlines": ("a file", False),
    "pathlib.Path().read_text": ("a file", False),
    "pathlib.Path().read_bytes": ("a file", False),
    "argparse.ArgumentParser().parse_args": ("the command line", False),
    "argparse.ArgumentParser().parse_known_args": ("the command line", False),
    "optparse.OptionParser().parse_args": ("the command line", False),
}
METHODS: dict[str, tuple[str, bool]] = {
    "recv": ("the network", True),
    "recvfrom": ("the network", True),
    "recv_into": ("the network", True),
    "get_argument": (WEB, True),
    "get_arguments": (WEB, True),
    "get_query_argument": (WEB, True),
    "get_query_arguments": (WEB, True),
    "get_body_argument": (WEB, True),
    "get_body_arguments": (WEB, True),
}
NAMES: dict[str, tuple[str, bool]] = {
    "sys.argv": ("the command line", False),
    "os.environ": ("the environment", False),
    "sys.stdin": ("standard input", False),
    "os.environb": ("the environment", False),
}
ROUTES = names(
    "route get post put patch delete websocket api_route head options view websocket_route"
)
JSON_FRAMEWORKS = frozenset(("fastapi", "starlette", "litestar", "ninja"))
HARMLESS_TYPES = names("int float bool UUID Decimal date datetime Enum")
CLIENTS = frozenset(("requests", "httpx", "urllib", "aiohttp", "urllib3", "http"))
REQUEST_NAMES = frozenset(("request", "req", "http_request", "flask_request"))


def entering(source: str, remote: bool, line: int, name: str = "") -> Value:
    """A value that has just come in."""
    way = (name,) if name else ()
    return Value((Taint(source, line, remote, way=way),))


def request_part(request: Value, attribute: str, line: int) -> Value:
    """An attribute or method of a request object."""
    if attribute in PARTS:
        value = entering(WEB, True, line, f"request.{attribute}")
        return replace(value, traits=KINDS.get(attribute, frozenset()))
    if attribute in HARMLESS_PARTS:
        return anything(f"request.{attribute}")
    lowered = attribute.lower()
    if any(word in lowered for word in GETTERS):
        return entering(WEB, True, line, attribute)
    return anything(f"{request.name}.{attribute}" if request.name else "")


def is_route(decorator: ast.expr) -> bool:
    """Whether a decorator binds a function to addresses, as ``@app.route("/")`` does."""
    called = decorator.func if isinstance(decorator, ast.Call) else None
    if isinstance(called, ast.Attribute):
        return called.attr in ROUTES and not _is_patch(called)
    return isinstance(called, ast.Name) and called.id in ("route", "get", "post", "api_view")


def _is_patch(called: ast.Attribute) -> bool:
    """``@mock.patch`` and ``@patch.object`` belong to tests."""
    return isinstance(called.value, ast.Name) and called.value.id in ("mock", "patch", "cache")
