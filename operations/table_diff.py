"""What differs between two values, for a page under a policy that allows no styles in it."""

from __future__ import annotations

from typing import Any

from diff_match_patch import diff_match_patch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MARKS = {-1: "<del>{}</del>", 0: "{}", 1: "<ins>{}</ins>"}


def changed(old: Any, new: Any, *, is_new: bool = False) -> SafeString:
    """The new value with what was taken away and added marked, escaped."""
    before = "" if old is None or is_new else str(old)
    after = "" if new is None else str(new)
    matcher = diff_match_patch()
    parts = matcher.diff_main(before, after)
    matcher.diff_cleanupSemantic(parts)
    marked = ((format_html(MARKS[kind], text),) for kind, text in parts)
    return format_html_join("", "{}", marked)
