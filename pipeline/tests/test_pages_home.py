"""The start page: what visitors and users see, and what the form starts with."""

from __future__ import annotations

from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import Settings

from accounts.models import User
from pipeline.defaults import example_code
from pipeline.models import ModelConfig, Step, Submission
from providers.models import ApiProvider, ProviderModel


def test_it_shows_visitors_no_form(client: Client, db: None) -> None:
    page = client.get("/")
    assertNotContains(page, "<textarea")
    assertContains(page, 'href="/sign-in/"')


def test_it_offers_every_language_and_the_automatic_choice(as_alice: Client) -> None:
    page = as_alice.get("/")
    assertContains(page, '<option value="" selected>From the file&#x27;s name</option>')
    assertContains(page, '<option value="csharp">C#</option>')


def test_it_tells_the_limit_the_reset_and_the_size(as_alice: Client, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 7
    page = as_alice.get("/")
    assertContains(page, "7 of 7 submissions left. The count starts again at 00:00 UTC")
    assertContains(page, "At most 100,000 bytes")


def test_it_fills_in_the_example_without_javascript(as_alice: Client) -> None:
    form = as_alice.get("/?example=1").context["form"]
    assert form["code"].value() == example_code()


def test_it_names_the_example_after_its_file(as_alice: Client) -> None:
    assertContains(as_alice.get("/?example=1"), 'value="nightly_report.py"')


def test_it_says_that_code_stays_on_this_machine(as_alice: Client) -> None:
    assertContains(as_alice.get("/"), "stays on this machine (built-in engine).", count=3)


def test_it_says_which_step_sends_code_to_whom(as_alice: Client) -> None:
    acme = ApiProvider.objects.create(name="Acme <b>", base_url="https://acme.example/v1")
    large = ProviderModel.objects.create(provider=acme, name="large-2")
    ModelConfig.objects.update_or_create(
        step=Step.REBUILDER, defaults={"provider": acme, "model": large}
    )
    page = as_alice.get("/")
    assertContains(page, "stays on this machine (built-in engine).", count=2)
    assertContains(
        page,
        "<strong>Code rebuilder</strong> goes to Acme &lt;b&gt;, model large-2.",
    )


def test_it_asks_the_database_few_times(
    as_alice: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        as_alice.get("/")


def test_it_gives_back_the_code_of_an_earlier_submission(
    as_alice: Client, submission: Submission
) -> None:
    form = as_alice.get(f"/?from={submission.public_id}").context["form"]
    assert (form["code"].value(), form["language"].value()) == (submission.code, "python")


def test_it_does_not_give_anyone_elses_code(
    client: Client, bob: User, submission: Submission
) -> None:
    client.force_login(bob)
    assert client.get(f"/?from={submission.public_id}").status_code == 404


def test_it_shows_the_admin_link_to_admins_only(as_alice: Client, an_admin: User) -> None:
    assertNotContains(as_alice.get("/"), 'href="/admin/"')
    as_alice.force_login(an_admin)
    assertContains(as_alice.get("/"), 'href="/admin/"')


def test_it_loads_no_script_or_style_from_the_page_itself(as_alice: Client) -> None:
    page = as_alice.get("/")
    for inline in ("<script>", "<style", " style=", " onclick=", " onsubmit="):
        assertNotContains(page, inline)
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_it_says_before_anything_is_typed_that_the_limit_is_reached(
    as_alice: Client, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    page = as_alice.get("/")
    assertContains(
        page, "Your daily limit of 0 is reached.</strong> The count starts again at 00:00"
    )
    assertContains(page, "What you send before then is refused and costs nothing.")


def test_it_says_once_that_a_submission_was_over_the_limit(
    as_alice: Client, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    answer = as_alice.post("/submissions/", {"code": "x = 1", "language": "python"})
    assertNotContains(answer, "What you send before then", status_code=429)
