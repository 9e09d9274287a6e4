"""What administrators change in the console takes effect and leaves audit entries."""

from __future__ import annotations

import pytest
from auditlog.registry import auditlog
from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import services as accounts
from accounts.admin.users import UserForm
from accounts.models import User
from billing.models import LimitOverride
from config.tests.admin_rows import (
    a_dead_letter,
    a_model,
    a_prompt,
    a_provider,
    a_result,
    a_route,
    a_user,
    an_override,
)
from operations.models import AuditEntry
from pipeline import routing, services
from pipeline.models import DeadLetter, Job, Step, Submission, SystemPrompt
from providers.models import ProviderBreaker

pytestmark = pytest.mark.django_db


def entries(row: Model) -> list[AuditEntry]:
    """What administrators did to a row, the newest first."""
    return list(AuditEntry.objects.get_for_object(row).filter(actor__isnull=False))


def events(row: Model) -> list[str]:
    return [(entry.additional_data or {}).get("event", "") for entry in entries(row)]


def fill(client: Client, address: str, **changes: str) -> int:
    """Send a change or add form as a browser does, inlines included; returns the status."""
    context = client.get(address).context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    values = {field.html_name: field.value() for form in forms for field in form}
    data = {
        name: value for name, value in values.items() if value is not None and value is not False
    }
    return client.post(address, data | changes).status_code


def act(client: Client, model: str, action: str, *rows: Model) -> str:
    page = client.post(
        reverse(f"admin:{model}_changelist"),
        {"action": action, "_selected_action": [row.pk for row in rows]},
        follow=True,
    )
    assert page.status_code == 200
    return page.content.decode()


def test_it_audits_every_model_that_can_be_changed_here(an_admin: User, rf: RequestFactory) -> None:
    request = rf.get("/admin/")
    request.user = an_admin
    writable = {
        model
        for model, page in admin.site._registry.items()
        if page.has_add_permission(request)
        or page.has_change_permission(request)
        or page.has_delete_permission(request)
    }
    assert writable
    assert [model for model in writable if not auditlog.contains(model)] == []


def test_it_suspends_and_reactivates_users_with_an_entry_each(as_admin: Client) -> None:
    user = a_user(1)
    act(as_admin, "accounts_user", "suspend", user)
    user.refresh_from_db()
    assert user.is_active is False
    act(as_admin, "accounts_user", "reactivate", user)
    user.refresh_from_db()
    assert user.is_active is True
    assert [entry.changes for entry in entries(user)] == [
        {"is_active": ["False", "True"]},
        {"is_active": ["True", "False"]},
    ]


def test_it_shuts_a_suspended_user_out_at_once(as_admin: Client) -> None:
    user, browser = a_user(1), Client()
    browser.force_login(user)
    act(as_admin, "accounts_user", "suspend", user)
    assert browser.get(reverse("submission-list")).status_code == 302


def test_it_ends_all_sessions_of_a_user(as_admin: Client) -> None:
    user, browser = a_user(1), Client()
    browser.force_login(user)
    act(as_admin, "accounts_user", "end_sessions", user)
    assert browser.get(reverse("submission-list")).status_code == 302
    assert "user.end_sessions" in events(user)


def test_it_lets_administrators_not_suspend_or_demote_themselves(
    as_admin: Client, an_admin: User
) -> None:
    assert "You cannot suspend yourself." in act(
        as_admin, "accounts_user", "suspend", an_admin
    ).replace("&#x27;", "'")
    here = reverse("admin:accounts_user_change", args=[an_admin.pk])
    as_admin.post(here, {"email": an_admin.email, "name": "Ada", "role": "user"})
    an_admin.refresh_from_db()
    assert an_admin.is_admin


def test_it_makes_a_user_an_administrator_with_an_entry(as_admin: Client) -> None:
    user = a_user(1)
    here = reverse("admin:accounts_user_change", args=[user.pk])
    assert fill(as_admin, here, role="admin") == 302
    user.refresh_from_db()
    assert user.is_admin
    assert entries(user)[0].changes == {"role": ["user", "admin"]}


def test_it_writes_over_nothing_of_a_user_that_changed_meanwhile(
    as_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = a_user(1)
    check = UserForm.clean_email

    def meanwhile(form: UserForm) -> str:
        accounts.end_sessions(user=User.objects.get(pk=user.pk))
        return check(form)

    monkeypatch.setattr(UserForm, "clean_email", meanwhile)
    here = reverse("admin:accounts_user_change", args=[user.pk])
    assert fill(as_admin, here, name="Another") == 302
    now = User.objects.get(pk=user.pk)
    assert (now.name, now.password == user.password) == ("Another", False)


def test_it_adds_a_user_without_a_password(as_admin: Client) -> None:
    assert fill(as_admin, reverse("admin:accounts_user_add"), email="New@Example.com") == 302
    user = User.objects.get(email="new@example.com")
    assert not user.has_usable_password()
    assert entries(user)


def test_it_records_each_look_at_a_users_code(as_admin: Client, submission: Submission) -> None:
    page = as_admin.get(reverse("admin:pipeline_submission_change", args=[submission.pk]))
    assert "hashlib.md5" in page.content.decode()
    assert events(submission) == ["submission.view"]


def test_it_names_characters_in_code_that_nobody_sees(as_admin: Client) -> None:
    hidden = services.submit(user=a_user(1), code="a = 1\n# \u202e b\n", language="python")
    page = as_admin.get(reverse("admin:pipeline_submission_change", args=[hidden.pk]))
    assert "a = 1\n# [U+202E] b\n" in page.content.decode()


def test_it_records_each_look_at_a_result(as_admin: Client) -> None:
    result = a_result(1)
    page = as_admin.get(reverse("admin:pipeline_stepresult_change", args=[result.pk]))
    assert "&lt;script&gt;" in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert events(result) == ["submission.view"]


def test_it_records_no_look_at_a_list(as_admin: Client, submission: Submission) -> None:
    as_admin.get(reverse("admin:pipeline_submission_changelist"))
    assert events(submission) == []


def test_it_retries_a_dead_letter_once_however_often_it_is_asked(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    act(as_admin, "pipeline_deadletter", "retry", letter)
    again = act(as_admin, "pipeline_deadletter", "retry", letter)
    assert "0 queued again, 1 had been retried before." in again
    assert Job.objects.filter(submission=letter.job.submission).count() == 2
    assert events(letter).count("job.retry") == 1


def test_it_deletes_dead_letters_with_an_entry(as_admin: Client) -> None:
    letter = a_dead_letter(1)
    key = letter.pk
    data = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
    as_admin.post(reverse("admin:pipeline_deadletter_changelist"), data)
    assert not DeadLetter.objects.exists()
    letter.pk = key
    assert entries(letter)[0].action == AuditEntry.Action.DELETE


def test_it_stores_an_edited_prompt_as_a_new_version(as_admin: Client, an_admin: User) -> None:
    old = a_prompt(0)
    add = reverse("admin:pipeline_systemprompt_add")
    assert "Prompt 0" in as_admin.get(add, {"from": old.pk}).content.decode()
    form = {"step": Step.FORENSIC, "content": "Better."}
    assert as_admin.post(add, form, follow=True).status_code == 200
    new = SystemPrompt.objects.get(content="Better.")
    assert (new.version, new.created_by) == (old.version + 1, an_admin)
    assert entries(new)[0].action == AuditEntry.Action.CREATE


def test_it_never_changes_an_old_prompt(as_admin: Client) -> None:
    old = a_prompt(0)
    here = reverse("admin:pipeline_systemprompt_change", args=[old.pk])
    assert as_admin.post(here, {"step": Step.FORENSIC, "content": "No."}).status_code == 403


def test_it_shows_which_prompt_is_active(as_admin: Client) -> None:
    a_prompt(0)
    a_prompt(1)
    page = as_admin.get(reverse("admin:pipeline_systemprompt_changelist")).content.decode()
    assert page.count('alt="True"') == 1
    assert page.index('alt="True"') < page.index('alt="False"')


def test_it_makes_a_changed_route_count_at_once(
    as_admin: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    forgotten: list[bool] = []
    monkeypatch.setattr(routing, "forget_routes", lambda: forgotten.append(True))
    route = a_route(0)
    here = reverse("admin:pipeline_modelconfig_change", args=[route.pk])
    with django_capture_on_commit_callbacks(execute=True):
        assert fill(as_admin, here, timeout_seconds="60") == 302
    assert forgotten == [True]


def test_it_changes_an_override_with_an_entry(as_admin: Client) -> None:
    override = an_override(2)
    here = reverse("admin:billing_limitoverride_change", args=[override.pk])
    assert fill(as_admin, here, daily_submissions="") == 302
    assert LimitOverride.objects.get(pk=override.pk).daily_submissions is None
    assert entries(override)[0].changes["daily_submissions"] == ["2", "None"]


def test_it_trips_and_resets_a_breaker_with_an_entry_each(as_admin: Client) -> None:
    model = a_model(1)
    assert "tripped" in act(as_admin, "providers_providermodel", "trip", model)
    breaker = ProviderBreaker.objects.get(model=model.name)
    here = reverse("admin:providers_apiprovider_change", args=[model.provider_id])
    assert f"{model.name}: Tripped by hand</a>" in as_admin.get(here).content.decode()
    assert "closed" in act(as_admin, "providers_providerbreaker", "reset", breaker)
    assert [entry.changes.get("state") for entry in entries(breaker)[:2]] == [
        ["tripped", "closed"],
        ["closed", "tripped"],
    ]


@pytest.mark.parametrize("chosen", ["abc", "9" * 30, ""])
def test_it_acts_on_nothing_that_is_no_row(as_admin: Client, chosen: str) -> None:
    here = reverse("admin:providers_providermodel_changelist")
    sent = {"action": "trip", "_selected_action": [a_model(1).pk, chosen]}
    page = as_admin.post(here, sent, follow=True).content.decode()
    assert "What was chosen are no rows of this list." in page
    assert not ProviderBreaker.objects.exists()


def test_it_tells_in_one_message_how_many_breakers_were_tripped(as_admin: Client) -> None:
    page = act(as_admin, "providers_providermodel", "trip", *(a_model(n) for n in range(1, 6)))
    assert page.count(": tripped") == 3
    assert "tripped, and 2 more." in page


def test_it_restricts_a_provider_to_the_code_of_chosen_plans(as_admin: Client) -> None:
    provider = a_provider(1)
    here = reverse("admin:providers_apiprovider_change", args=[provider.pk])
    assert fill(as_admin, here, code_from="none") == 302
    provider.refresh_from_db()
    assert provider.code_from == ["none"]
    assert fill(as_admin, here, code_from="no-such-plan") == 200


def test_it_shows_before_and_after_in_the_audit_log(as_admin: Client) -> None:
    user = a_user(1)
    act(as_admin, "accounts_user", "suspend", user)
    here = reverse("admin:operations_auditentry_change", args=[entries(user)[0].pk])
    page = as_admin.get(here).content.decode()
    assert "<tr><th>is_active</th><td>True</td><td>False</td></tr>" in page


@pytest.mark.parametrize("page", ["change", "delete"])
def test_it_lets_nobody_touch_the_audit_log(as_admin: Client, page: str) -> None:
    a_user(1)
    entry = AuditEntry.objects.latest()
    here = reverse(f"admin:operations_auditentry_{page}", args=[entry.pk])
    assert as_admin.post(here, {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_it_says_how_many_models_were_disabled(as_admin: Client) -> None:
    first, second = a_model(1), a_model(2)
    assert "1 disabled." in act(as_admin, "providers_providermodel", "disable", first)
    both = act(as_admin, "providers_providermodel", "disable", first, second)
    assert "1 of 2 disabled; the others stand as they did." in both
