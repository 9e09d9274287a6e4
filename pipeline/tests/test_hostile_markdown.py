"""A model's markdown can neither run, load, restyle nor hide anything on our pages."""

from __future__ import annotations

import re

import pytest

from pipeline.templatetags.prose import LONGEST, html_of

ALLOWED = re.compile(
    r"</?(?:p|br|hr|strong|em|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|h4|/a)>"
    r"|</a>|<a(?: href=\"(?:https?:|mailto:)[^\"<>]*\")?(?: rel=\"noopener noreferrer nofollow\")?>"
)
HOSTILE = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//e.test/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "![x](https://e.test/pixel.png)",
    "![x][r]\n\n[r]: https://e.test/pixel.png",
    "[![x](https://e.test/p.png)](https://e.test)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://e.test "onmouseover=alert(1)")',
    '[x](https://e.test/"onclick=alert(1)//)',
    "<svg onload=alert(1)>",
    "<iframe src=https://e.test></iframe>",
    "<style>body{display:none}</style>",
    '<div style="position:fixed;inset:0">x</div>',
    "<form action=https://e.test><input name=p></form>",
    "<meta http-equiv=refresh content=0;url=//e.test>",
    "<link rel=stylesheet href=//e.test/x.css>",
    "<base href=https://e.test/>",
    "</div></section><h1>Passed</h1>",
    "<!-- --><object data=//e.test></object>",
    '```"><script>alert(1)</script>\ncode\n```',
    "```x onmouseover=alert(1)\n<b>\n```",
    "|a|b|\n|-|-|\n|<img src=//e.test>|`<script>`|",
    "<a href=https://e.test target=_top onclick=alert(1)>x</a>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_it_leaves_only_harmless_tags(text: str) -> None:
    left = ALLOWED.sub("", html_of(text))
    assert "<" not in left
    assert ">" not in left


def test_it_shows_what_people_write_in_markdown() -> None:
    html = html_of("# Title\n\n- **bold** `code`\n\n[link](https://e.test/)")
    assert "<h4>Title</h4>" in html
    assert "<strong>bold</strong> <code>code</code>" in html
    assert '<a href="https://e.test/" rel="noopener noreferrer nofollow">link</a>' in html


def test_it_names_unseen_characters() -> None:
    assert "[U+202E]" in html_of("a \u202e b")


def test_it_shows_very_long_text_as_it_is_written() -> None:
    assert html_of("*a* <b>" + "x" * LONGEST).startswith("<pre>*a* &lt;b&gt;")
