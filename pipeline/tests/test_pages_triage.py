"""The findings tab: filters, marks, and what is new since the file was handed in before."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from pipeline.models import FindingState, KnownFinding, Submission
from pipeline.tests.api_client import ApiClient, problem_of
from pipeline.tests.test_finding_life import BOTH, SAFE, YAML, fingerprint_of, ran

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(alice: User, client: Client) -> Submission:
    client.force_login(alice)
    return ran(alice, BOTH)


def page(client: Client, submission: Submission, **query: str) -> str:
    answer = client.get(submission.get_absolute_url(), {"tab": "findings", **query})
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, submission: Submission, **fields: str) -> tuple[int, str]:
    address = f"{submission.get_absolute_url()}findings/{fingerprint_of(submission)}/mark/"
    answer = client.post(address, fields)
    return answer.status_code, answer.content.decode()


MANY = "import hashlib\n" + "".join(f"a{n} = hashlib.md5(b'{n}')\n" for n in range(30))


@pytest.fixture
def form_of_second_page(alice: User, client: Client) -> str:
    """Where the form of the first finding on the second page sends what is typed."""
    client.force_login(alice)
    shown = page(client, ran(alice, MANY), page="2", source="bandit")
    found = re.search(r'action="([^"]+/mark/[^"]*)"', shown)
    assert found
    return unescape(found[1])


def test_it_filters_by_severity(client: Client, mine: Submission) -> None:
    everything = page(client, mine).count('<article class="finding')
    some = page(client, mine, severity="CRITICAL").count('<article class="finding')
    assert some < everything


def test_it_shows_all_for_a_filter_that_there_is_not(client: Client, mine: Submission) -> None:
    everything = page(client, mine).count('<article class="finding')
    odd = page(client, mine, severity="<script>", state="x" * 5000, page="-7")
    assert odd.count('<article class="finding') == everything
    assert "<script>x" not in odd


def test_a_mark_is_shown_with_its_reason(client: Client, mine: Submission) -> None:
    status, _ = send(client, mine, state="false-positive", reason="<b>ours</b>")
    assert status == 302
    shown = page(client, mine)
    assert "False positive</span>" in shown and "&lt;b&gt;ours&lt;/b&gt;" in shown


def test_what_is_not_marked_is_not_offered_as_open(client: Client, mine: Submission) -> None:
    form = page(client, mine).partition('class="mark-form"')[2].partition("</select>")[0]
    assert '<select name="state"><option value="false-positive">' in form
    assert "selected" not in form


def test_a_marked_one_can_be_filtered_for(client: Client, mine: Submission) -> None:
    send(client, mine, state="accepted", reason="Known.", expires_on="2999-01-31")
    shown = page(client, mine, state="accepted")
    assert shown.count('<article class="finding') == 1
    assert "Accepted risk until 2999-01-31" in shown


def test_what_was_refused_stays_in_its_form(client: Client, mine: Submission) -> None:
    status, shown = send(client, mine, state="accepted", reason="long story", expires_on="soon")
    assert status == 422
    assert "Write the day as year-month-day" in shown and 'value="long story"' in shown
    assert KnownFinding.objects.exclude(state=FindingState.OPEN).count() == 0


def test_what_was_refused_stays_in_its_form_on_a_later_page(
    client: Client, form_of_second_page: str
) -> None:
    fields = {"state": "false-positive", "reason": "long story " * 50}
    answer = client.post(form_of_second_page, fields)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "The reason has" in shown and fields["reason"] in shown


def test_a_mark_leads_back_to_the_page_of_its_finding(
    client: Client, form_of_second_page: str
) -> None:
    answer = client.post(form_of_second_page, {"state": "false-positive", "reason": "Ours."})
    address, _, anchor = answer["Location"].partition("#")
    assert "source=bandit" in address
    shown = client.get(address).content.decode()
    assert f'id="{anchor}"' in shown and "False positive</span>" in shown


def test_a_mark_can_be_taken_back(client: Client, mine: Submission) -> None:
    send(client, mine, state="false-positive", reason="Ours.")
    send(client, mine, state="open")
    assert KnownFinding.objects.exclude(state=FindingState.OPEN).count() == 0


def test_a_risk_that_was_accepted_until_a_day_can_be_opened_again(
    client: Client, mine: Submission
) -> None:
    day = {"expires_on": "2999-01-31"}
    send(client, mine, state="accepted", reason="Known.", **day)
    assert send(client, mine, state="open", reason="Known.", **day)[0] == 302
    assert KnownFinding.objects.exclude(state=FindingState.OPEN).count() == 0


def test_a_foreign_submission_is_not_there(client: Client, mine: Submission, bob: User) -> None:
    client.force_login(bob)
    assert send(client, mine, state="open")[0] == 404


def test_it_says_what_is_new_since_the_last_time(
    client: Client, mine: Submission, alice: User
) -> None:
    again = ran(alice, YAML + "\n\nimport os\n\nos.system(input())\n")
    shown = page(client, again)
    assert "still there" in shown and "gone</strong> since" in shown
    assert page(client, again, state="new").count('<article class="finding') >= 1


def test_the_report_bears_suppressions_and_the_baseline(
    client: Client, mine: Submission, alice: User
) -> None:
    again = ran(alice, BOTH)
    send(client, again, state="accepted", reason="Known.")
    log = json.loads(client.get(f"{again.get_absolute_url()}report/sarif").content)
    results = log["runs"][0]["results"]
    assert {result["baselineState"] for result in results} == {"unchanged"}
    (marked,) = [result for result in results if "suppressions" in result]
    assert marked["suppressions"][0]["justification"] == "accepted risk: Known."


def test_the_api_tells_and_takes_marks(mine: Submission, alice: User) -> None:
    api = ApiClient(alice)
    sent = {
        "id": mine.public_id,
        "fingerprint": fingerprint_of(mine),
        "state": "accepted",
        "reason": "Known.",
        "expires_on": "2999-01-31",
    }
    assert api.call("code.markFinding", **sent).json()["state"] == "accepted"
    told = api.ask("code.getFindings", id=mine.public_id).json()
    assert {item["state"] for item in told["items"]} == {"accepted", "open"}
    assert told["compared_with"] is None


def test_the_api_tells_what_is_gone(mine: Submission, alice: User) -> None:
    now = ran(alice, SAFE)
    told = ApiClient(alice).ask("code.getFindings", id=now.public_id).json()
    assert told["compared_with"] == mine.public_id
    assert len(told["fixed"]) >= 2


def test_the_api_refuses_a_mark_without_a_reason(mine: Submission, alice: User) -> None:
    sent = {"id": mine.public_id, "fingerprint": fingerprint_of(mine), "state": "accepted"}
    answer = ApiClient(alice).call("code.markFinding", **sent)
    assert problem_of(answer) == (422, "invalid-mark")
