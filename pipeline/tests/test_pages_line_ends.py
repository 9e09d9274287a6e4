"""A line's number is the same on the page and in a finding, whatever ends the lines."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.asserts import assertContains

from accounts.models import User
from pipeline.analysis.source import split_lines
from pipeline.tests.test_finding_life import YAML, dossier_of, ran
from pipeline.views.code_text import lines_of


@given(st.text(alphabet="a\r\n"))
def test_it_counts_lines_as_findings_do(code: str) -> None:
    assert [line.removesuffix("\r") for line in lines_of(code)] == split_lines(code)


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_leads_to_a_finding_whatever_ends_the_lines(
    client: Client, alice: User, end: str
) -> None:
    client.force_login(alice)
    submission = ran(alice, YAML.replace("\n", end))
    (finding,) = dossier_of(submission).findings
    page = client.get(submission.get_absolute_url(), {"tab": "code"})
    assertContains(page, f'<a id="L{finding.line}"')
    assertContains(page, "[U+000D]", count=YAML.count("\n") if end == "\r" else 0)
