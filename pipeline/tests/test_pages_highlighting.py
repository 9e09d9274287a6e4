"""Rebuilt code with its words marked: by the sandbox, in time, or not at all."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from pipeline.analysis import highlight, sandbox
from pipeline.analysis.errors import TaskRefused, TaskTimeout
from pipeline.analysis.languages import LANGUAGES
from pipeline.models import Submission
from pipeline.tests.page_data import finish
from pipeline.views import highlighting
from pipeline.views.highlighting import marked

HOSTILE = "'</span><script>alert(1)</script>'\n\n# <b>\n"


def plain(marked_up: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", marked_up))


def test_it_marks_the_words_of_the_rebuilt_code(as_alice: Client, submission: Submission) -> None:
    finish(submission, "import os\n\n\ndef run():\n    pass  # nothing\n")
    page = as_alice.get(f"/submissions/{submission.public_id}/?tab=rebuilt")
    assertContains(page, '<span class="w-keyword">import</span> os')
    assertContains(page, '<span class="w-definition">run</span>')
    assertContains(page, '<span class="w-comment"># nothing</span>')


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_changes_no_character_in_any_language(language: str) -> None:
    text = f'\n  a = 1;\t{HOSTILE}/* x\ny */ "un\n\nended ä \U0001f600\n  '
    found = highlight.runs(text, language)
    assert sum(length for _, length in found) == len(text)


def test_it_escapes_what_it_marks() -> None:
    shown = marked(HOSTILE, "python")
    assert "<script>" not in shown
    assert "w-string" in shown
    assert plain(shown) == HOSTILE


@pytest.mark.parametrize("failure", [TaskTimeout, TaskRefused])
def test_it_shows_plain_code_when_the_sandbox_gives_no_answer(
    monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    def fail(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(sandbox, "run", fail)
    assert marked("import <os>", "python") == "import &lt;os&gt;"


def test_it_shows_plain_code_when_the_answer_does_not_fit_the_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "run", lambda *_: {"runs": [["keyword", 3]]})
    assert marked("import os", "python") == "import os"


def test_it_lets_few_web_threads_wait_for_the_sandbox() -> None:
    with all_places_taken():
        assert marked("import os", "python") == "import os"
    assert marked("import os", "python") != "import os"


def test_it_refuses_what_would_be_too_much_for_a_browser() -> None:
    with pytest.raises(TaskRefused):
        highlight.task({"text": "''+" * (highlight.MOST_MARKED + 1), "language": "python"})


def test_it_refuses_a_language_that_is_no_longer_known() -> None:
    with pytest.raises(TaskRefused):
        highlight.task({"text": "x", "language": "cobol"})


@contextmanager
def all_places_taken() -> Iterator[None]:
    for _ in range(highlighting.AT_ONCE):
        assert highlighting._places.acquire(blocking=False)
    try:
        yield
    finally:
        for _ in range(highlighting.AT_ONCE):
            highlighting._places.release()
