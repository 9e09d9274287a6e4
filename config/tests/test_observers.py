"""/health and /metrics: what they tell, and to whom."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from operations import health
from pipeline import presence, transitions
from pipeline.models import Job, Submission
from providers.models import ApiProvider, ProviderCall

pytestmark = pytest.mark.django_db
STRANGER = {"REMOTE_ADDR": "192.0.2.7"}
TOKEN = "a-token-for-the-monitoring-of-this-test"


def samples(client: Client, **extra: str) -> dict[tuple[str, str], float]:
    """Every sample by its name and its label values in the order of the labels' names."""
    page = client.get("/metrics", **extra)  # type: ignore[arg-type]
    assert page.status_code == 200
    return {
        (sample.name, "/".join(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(page.content.decode())
        for sample in family.samples
    }


def test_it_tells_strangers_only_whether_the_product_is_up(client: Client) -> None:
    answer = client.get("/health", **STRANGER)
    assert answer.status_code == 200
    assert set(answer.json()) == {"status"}


def test_it_tells_this_machine_everything(client: Client, submission: Submission) -> None:
    presence.report("here:1", kind="pool", slots=3, in_flight=1)
    checks = client.get("/health").json()["checks"]
    assert checks["database"]["status"] == "ok"
    assert checks["queue"]["waiting"] == 1
    assert checks["queue"]["oldest_waiting_seconds"] >= 0
    assert checks["workers"]["seen"][0]["owner"] == "here:1"


def test_it_is_degraded_without_any_worker(client: Client) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["checks"]["workers"]["status"] == "degraded"


def test_it_is_degraded_when_a_provider_failed(client: Client) -> None:
    ApiProvider.objects.create(
        name="Vendor", base_url="https://vendor.example/v1", status=ApiProvider.Status.FAILED
    )
    providers = client.get("/health").json()["checks"]["providers"]
    assert providers["status"] == "degraded"
    assert providers["Vendor"]["status"] == "failed"


def test_it_looks_once_for_one_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def look() -> health.Finding:
        looks.append("database")
        return health.Finding(health.State.OK)

    monkeypatch.setattr(health, "_database", look)
    assert client.get("/health").status_code == 200
    assert looks == ["database"]


def test_it_takes_what_a_proxy_on_this_machine_forwards_for_a_stranger(client: Client) -> None:
    answer = client.get("/health", headers={"X-Forwarded-For": "127.0.0.1"})
    assert set(answer.json()) == {"status"}


def test_it_answers_503_when_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("gone away")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", refuse)
        answer = client.get("/health", **STRANGER)
    assert (answer.status_code, answer.json()) == (503, {"status": "down"})


def test_it_answers_people_who_are_signed_in_when_the_database_is_away(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("gone away")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", refuse)
        patch.setattr(connection, "cursor", refuse)
        answer = as_alice.get("/health", **STRANGER)
    assert answer.status_code == 503


def test_it_refuses_metrics_to_strangers(client: Client) -> None:
    assert client.get("/metrics", **STRANGER).status_code == 403


def test_it_shows_metrics_to_who_bears_the_token(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=bearer, **STRANGER).status_code == 200


@pytest.mark.parametrize("header", ["Bearer ", "Bearer wrong", TOKEN, "Bearer \N{SNOWMAN}"])
def test_it_refuses_other_tokens(client: Client, settings: Settings, header: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": header}, **STRANGER)
    assert answer.status_code == 403


def test_it_accepts_no_empty_token(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    answer = client.get("/metrics", headers={"Authorization": "Bearer "}, **STRANGER)
    assert answer.status_code == 403


def test_it_shows_metrics_to_administrators(as_admin: Client) -> None:
    assert as_admin.get("/metrics", **STRANGER).status_code == 200


def test_it_counts_what_jobs_did_from_their_rows(client: Client, submission: Submission) -> None:
    assert samples(client)["aitp_jobs", "queued"] == 1
    job = Job.objects.get()
    lease = transitions.claim(job.pk, "here:1")
    assert lease is not None
    transitions.succeed(lease)
    after = samples(client)
    assert after["aitp_jobs", "queued"] == 0
    assert after["aitp_jobs_ended_total", "succeeded"] == 1


def test_it_counts_calls_and_tokens_from_their_rows(client: Client) -> None:
    for tokens in (10, 20):
        ProviderCall.objects.create(
            provider_name="Vendor", model="large", state=ProviderCall.State.SUCCEEDED,
            started_at=timezone.now(), latency_ms=500, input_tokens=tokens, output_tokens=1,
        )  # fmt: skip
    seen = samples(client)
    assert seen["aitp_provider_calls_total", "large/Vendor/succeeded"] == 2
    assert seen["aitp_provider_tokens_total", "input/large/Vendor"] == 30
    assert seen["aitp_provider_call_seconds_sum", "large/Vendor"] == 1.0


def test_it_counts_requests(client: Client) -> None:
    name = "django_http_requests_total_by_method_total"
    before = samples(client).get((name, "GET"), 0)
    client.get("/health")
    assert samples(client)[name, "GET"] == before + 2


COUNT_ONE = """
import sys
from prometheus_client import Counter, generate_latest
Counter("requests", "r").inc()
from operations import metrics
sys.stdout.write(metrics.exposition().decode())
"""


def test_it_adds_up_what_several_processes_counted(tmp_path: Path) -> None:
    env = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    for _ in range(3):
        last = subprocess.run(  # noqa: S603
            [sys.executable, "-c", COUNT_ONE],
            env=env,
            cwd=django_settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "requests_total 3.0" in last.stdout
