"""Values from outside as addresses: of redirects, and of what the server itself fetches."""

from __future__ import annotations

import re

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

FIXED_HOST = re.compile(r"\w+://[^/?#@]+[/?#]")
SAME_SITE = re.compile(r"/[^/\\]|[?#]|[\w-]+/")


def stays_on_host(value: Value) -> bool:
    """Whether the constant beginning of an address already names the host."""
    return FIXED_HOST.match(value.prefix) is not None


def stays_on_site(value: Value) -> bool:
    """Whether an address surely leads to the same site, or to a fixed one."""
    own = "address" in value.traits  # that of the request itself
    return own or stays_on_host(value) or SAME_SITE.match(value.prefix) is not None


def _target(call: Call) -> list[Value]:
    """Where to; Django also takes an object, which names its own address."""
    found = call.argument(0, "location", "url", "redirect_to", "to")
    is_object = call.name.startswith("django") and found is not None and "guessed" in found.traits
    return [] if found is None or is_object else [found]


def names_location(call: Call) -> bool:
    """Whether the header is the one that says where to go on."""
    name = call.args[0].const if call.args else None
    return isinstance(name, str) and name.lower() == "location"


def _is_location(call: Call) -> bool:
    owner = call.name.rpartition(".")[0]
    return owner.endswith(("headers", "Headers()", "Response()")) and names_location(call)


def _second(call: Call) -> list[Value]:
    """``request(method, url)``."""
    found = call.argument(1, "url")
    return [] if found is None else [found]


def _of_clients(methods: str) -> tuple[str, ...]:
    clients = words(
        "requests requests.Session() requests.session() httpx httpx.Client() httpx.AsyncClient()"
        " aiohttp.ClientSession() aiohttp urllib3.PoolManager() urllib3"
    )
    return tuple(f"{client}.{method}" for client in clients for method in words(methods))


REDIRECT = Family(
    name="redirect",
    about=Explanation(
        601,
        Severity.MEDIUM,
        "A value from outside chooses where the visitor is sent",
        "The address of a redirect is taken from the request as it came.",
        "A link to this site leads to somebody else's, which can ask for the visitor's password.",
        "Redirect to paths of this site only, or compare the host with a list of those allowed.",
    ),
    sinks=(
        Sink(
            words(
                "flask.redirect werkzeug.utils.redirect django.shortcuts.redirect redirect"
                " django.http.HttpResponseRedirect django.http.HttpResponsePermanentRedirect"
                " HttpResponseRedirect starlette.responses.RedirectResponse bottle.redirect"
                " fastapi.responses.RedirectResponse RedirectResponse aiohttp.web.HTTPFound"
                " pyramid.httpexceptions.HTTPFound self.redirect quart.redirect"
                " sanic.response.redirect django.http.response.HttpResponseRedirect"
            ),
            choose=_target,
            local=False,
        ),
        Sink(words("*.__setitem__ *.add"), position=1, when=_is_location, local=False),
    ),
    cleaners=words("flask.url_for django.urls.reverse"),
    callers=True,
    harmless=stays_on_site,
)
FETCH = Family(
    name="ssrf",
    about=Explanation(
        918,
        Severity.HIGH,
        "A value from outside chooses what the server fetches",
        "The address of a call to another server is taken from it.",
        "Internal services, cloud metadata and, with some clients, local files can be read "
        "through this server.",
        "Allow only https and hosts from a fixed list, and refuse redirects to others.",
    ),
    sinks=(
        Sink(_of_clients("get post put patch delete head options"), names=("url",), local=False),
        Sink(_of_clients("request stream urlopen"), choose=_second, local=False),
        Sink(
            words(
                "urllib.request.urlopen urllib.request.urlretrieve urllib.request.Request"
                " urllib2.urlopen urllib2.Request urllib.urlopen urllib.urlretrieve wget.download"
                " http.client.HTTPConnection http.client.HTTPSConnection pandas.read_html"
                " socket.create_connection urllib.request.URLopener().open"
            ),
            names=words("url fullurl host"),
            local=False,
        ),
    ),
    judged=("B310",),
    joined_only=True,
    harmless=stays_on_host,
)
FAMILIES = (REDIRECT, FETCH)
