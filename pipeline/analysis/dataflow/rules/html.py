"""Values from outside in web pages, and as the text of templates."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

HARMLESS_TYPES = ("json", "plain", "csv", "octet", "pdf", "image", "zip")


def is_page(call: Call) -> bool:
    """Whether a response is read as a page: unless a content type is given that is none."""
    kinds = [call.named.get(name) for name in ("content_type", "mimetype", "media_type")]
    if call.name.startswith("django") and len(call.args) > 1:
        kinds.append(call.args[1])
    return not any(
        isinstance(kind.const, str) and any(word in kind.const for word in HARMLESS_TYPES)
        for kind in kinds
        if kind is not None
    )


def _body(call: Call) -> list[Value]:
    """The text of a response; one that a rendered template or another response is, is safe."""
    body = call.argument(0, "response", "content", "body", "text")
    whole = body is not None and body.items  # as in make_response((body, status))
    return [] if body is None else [whole[0] if whole else body]


def _context(call: Call) -> list[Value]:
    """Rendering from text without files escapes what is passed beside it, unless told not to."""
    return call.args[:1] + [call.named[n] for n in ("source", "template_string") if n in call.named]


HTML = Family(
    name="html",
    about=Explanation(
        79,
        Severity.HIGH,
        "A value from outside reaches a web page without escaping",
        "It is written into HTML as it came.",
        "A crafted link or stored text runs script in the visitor's browser, with the visitor's "
        "session.",
        "Render it through a template that escapes, or put it through markupsafe.escape or "
        "html.escape first.",
    ),
    sinks=(
        Sink(
            words(
                "flask.make_response flask.Response werkzeug.Response werkzeug.wrappers.Response"
                " django.http.HttpResponse django.http.StreamingHttpResponse"
                " django.http.response.HttpResponse django.shortcuts.HttpResponse"
                " django.http.HttpResponseBadRequest django.http.HttpResponseNotFound"
                " django.http.HttpResponseForbidden django.http.HttpResponseServerError"
                " fastapi.responses.HTMLResponse starlette.responses.HTMLResponse"
                " sanic.response.html quart.Response quart.make_response pyramid.response.Response"
                " webob.Response HttpResponse make_response HTMLResponse"
            ),
            choose=_body,
            when=is_page,
        ),
        Sink(
            words("aiohttp.web.Response"),
            choose=_body,
            when=lambda c: c.says("content_type", "text/html"),
        ),
        Sink(
            words(
                "markupsafe.Markup flask.Markup jinja2.Markup Markup"
                " django.utils.safestring.mark_safe django.utils.safestring.SafeString"
                " django.utils.html.mark_safe mark_safe SafeString"
            ),
            passes=True,
        ),
        Sink(words("*.write"), when=lambda c: "page" in c.receiver.traits),
    ),
    cleaners=words(
        "html.escape cgi.escape markupsafe.escape flask.escape jinja2.escape bleach.clean"
        " nh3.clean bleach.linkify django.utils.html.escape django.utils.html.conditional_escape"
        " django.utils.html.format_html django.utils.html.strip_tags xml.sax.saxutils.escape"
        " xml.sax.saxutils.quoteattr werkzeug.utils.escape tornado.escape.xhtml_escape"
        " flask.render_template django.shortcuts.render django.template.loader.render_to_string"
        " flask.jsonify flask.redirect django.shortcuts.redirect flask.url_for flask.send_file"
        " flask.send_from_directory django.http.JsonResponse urllib.parse.quote"
        " urllib.parse.quote_plus urllib.parse.urlencode flask.abort base64.b64encode"
        " base64.urlsafe_b64encode base64.b32encode base64.b16encode binascii.hexlify"
        " *.escape_html *.escape_for_html *.html_escape *.escapeHtml *.xhtml_escape"
        " *.render_template *.jsonify *.render *.hex *.isoformat json_response"
        " *.json_response *.redirect markupsafe.Markup().format flask.Markup().format"
        " markupsafe.Markup().join"
    ),
    text_only=True,
    judged=words("B308 B703 B704"),
)
TEMPLATE = Family(
    name="template",
    about=Explanation(
        1336,
        Severity.CRITICAL,
        "A value from outside becomes the text of a template",
        "The template engine evaluates expressions in it.",
        "Expressions in the value read the configuration and, with most engines, run code.",
        "Keep the template's text constant and pass values to it as context.",
    ),
    sinks=(
        Sink(
            words(
                "flask.render_template_string render_template_string quart.render_template_string"
                " jinja2.Template jinja2.Environment().from_string"
                " jinja2.sandbox.SandboxedEnvironment().from_string mako.template.Template"
                " django.template.Template tornado.template.Template bottle.template"
                " bottle.SimpleTemplate chameleon.PageTemplate"
                " *.from_string"
            ),
            choose=_context,
        ),
    ),
    callers=True,
)
PAGE = Sink(())  # what a route returns
FAMILIES = (HTML, TEMPLATE)
