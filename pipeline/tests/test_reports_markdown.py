"""The Markdown report: complete, and closed to what it quotes."""

from __future__ import annotations

from markdown_it import MarkdownIt

from pipeline.reports import render
from pipeline.tests.report_samples import CODE, failed_file, hostile_file, reviewed_file


def test_it_holds_dossier_changes_and_verdict() -> None:
    text = render([reviewed_file()], "markdown")
    for part in ("### Findings", "### Components", "### Rebuilt code", "### Verdict"):
        assert part in text
    assert "[CWE-78](https://cwe.mitre.org/data/definitions/78.html)" in text
    assert "Confidence **LOW**" in text


def test_it_shows_the_change_as_a_diff() -> None:
    text = render([reviewed_file()], "markdown")
    assert "-    eval(name)\n+    ast.literal_eval(name)" in text
    assert "+import ast\n" in text


def test_it_names_a_file_that_could_not_be_reviewed() -> None:
    text = render([failed_file()], "markdown")
    assert "**Not reviewed:** The analysers stopped." in text


def test_it_lets_submitted_text_make_no_html_link_or_heading() -> None:
    tokens = MarkdownIt("commonmark").parse(render([hostile_file()], "markdown"))
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in tokens} | {child.type for child in inline}
    assert not kinds & {"html_block", "html_inline", "image"}
    links = {child.attrs["href"] for child in inline if child.type == "link_open"}
    assert all(str(link).startswith("https://cwe.mitre.org/") for link in links)
    headings = [
        tokens[number + 1].content for number, t in enumerate(tokens) if t.type == "heading_open"
    ]
    assert "heading" not in headings


def test_it_quotes_code_in_a_fence_that_the_code_cannot_end() -> None:
    text = render([reviewed_file(code=CODE, rebuild=None)], "markdown")
    hostile = render([hostile_file()], "markdown")
    assert "\n```\n    eval(name)\n```\n" in text
    assert "\n````\n" in hostile
