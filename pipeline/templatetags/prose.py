"""A model's markdown as safe HTML: no HTML of its own, no image, no address that does something."""

from __future__ import annotations

import nh3
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from pipeline.templatetags.display import visible

register = template.Library()

LONGEST = 50_000  # characters, half a second at worst; longer text is shown as it is written
HEADING = "h4"  # the page's own headings stand above
TAGS = {
    *("p", "br", "hr", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", HEADING),
}
SCHEMES = {"http", "https", "mailto"}
_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@register.filter("markdown")
def html_of(text: str) -> SafeString:
    """The markdown as HTML that cannot run, load or restyle anything; links say where they go.

    Markdown-it escapes all HTML; nh3 is the second wall and lets through only the tags above.
    """
    shown = visible(text)
    if len(shown) > LONGEST:
        return format_html("<pre>{}</pre>", shown)
    tokens = _parser.parse(shown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = HEADING
    rendered = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        rendered,
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned by nh3 above
