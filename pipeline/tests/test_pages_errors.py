"""Error pages say what happened and what to do, and show nothing of the machine."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django.asserts import assertContains

PAGES = ["400", "403", "403_csrf", "404", "413", "429", "500"]


@pytest.mark.parametrize("name", PAGES)
def test_it_renders_without_any_context(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert "To the start page" in page
    assert "<h1>" in page


def test_it_shows_the_404_page(client: Client, db: None) -> None:
    assertContains(client.get("/no/such/page"), "Nothing here", status_code=404)


def test_it_does_not_need_the_database_for_the_500_page() -> None:
    assert "Our mistake" in render_to_string("500.html")


def test_it_refuses_users_the_admin_with_a_reason(as_alice: Client) -> None:
    answer = as_alice.get("/admin/", follow=True)
    assertContains(answer, "open to administrators only", status_code=403)
