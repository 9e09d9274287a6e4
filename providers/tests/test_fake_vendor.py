"""The pretend vendor speaks the protocol, fails as told and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from benchmarks.laboratory.injections import Injection, injections
from providers.fake.faults import Fault, parse_fault
from providers.fake.obedient import Obedient
from providers.fake.orders import orders_in
from providers.fake.script import Script, step_of
from providers.tests.fake_vendor import FakeVendor, running_fake_vendor

CODE = "import yaml\n\ndef load(p):\n    return yaml.load(open(p))\n"
QUESTION = f"<<<BEGIN CODE ab12>>>\n{CODE}\n<<<END CODE ab12>>>\n\n<<<BEGIN FINDINGS ab13>>>"
MESSAGES = [{"role": "system", "content": "s"}, {"role": "user", "content": QUESTION}]


def post(vendor: FakeVendor, **body: Any) -> bytes:
    answer = httpx2.post(
        f"{vendor.base_url}/chat/completions",
        json={"model": "any", "messages": MESSAGES, **body},
        headers={"X-Client-Request-Id": "call-1"},
    )
    return answer.content


def test_it_answers_the_same_twice(vendor_process: FakeVendor) -> None:
    first, second = (json.loads(post(vendor_process)) for _ in range(2))
    assert first["choices"] == second["choices"]
    assert first["usage"] == second["usage"]
    assert first["usage"]["completion_tokens"] > 0


def test_it_streams_the_same_text(vendor_process: FakeVendor) -> None:
    whole = json.loads(post(vendor_process))
    stream = post(vendor_process, stream=True, stream_options={"include_usage": True})
    lines = [line.removeprefix(b"data: ") for line in stream.split(b"\n\n") if line]
    events = [json.loads(line) for line in lines[:-1]]
    deltas = [event["choices"][0]["delta"].get("content", "") for event in events[:-1]]
    assert lines[-1] == b"[DONE]"
    assert "".join(deltas) == whole["choices"][0]["message"]["content"]
    assert events[-1]["usage"] == whole["usage"]


def post_message(vendor: FakeVendor, version: str = "2026-10-21", **body: Any) -> httpx2.Response:
    return httpx2.post(
        f"{vendor.base_url}/messages",
        json={"model": "any", "max_tokens": 9, "messages": MESSAGES[1:], **body},
        headers={"anthropic-version": version},
    )


def test_it_says_the_same_in_both_protocols(vendor_process: FakeVendor) -> None:
    whole = json.loads(post(vendor_process))
    message = post_message(vendor_process, system="s").json()
    assert message["content"][0]["text"] == whole["choices"][0]["message"]["content"]
    read = [count for name, count in message["usage"].items() if "input" in name]
    assert sum(read) == whole["usage"]["prompt_tokens"]
    assert min(read) > 0


def test_it_streams_named_events_to_who_speaks_anthropic_s(vendor_process: FakeVendor) -> None:
    stream = post_message(vendor_process, stream=True).text
    frames = [frame.split("\n") for frame in stream.split("\n\n") if frame]
    data = [json.loads(line.removeprefix("data: ")) for _, line in frames]
    assert [name for name, _ in frames] == [f"event: {each['type']}" for each in data]
    assert (data[0]["type"], data[-1]["type"]) == ("message_start", "message_stop")
    assert data[-2]["usage"]["output_tokens"] > 1


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"version": ""}, "anthropic-version"),
        ({"messages": MESSAGES}, "system"),
        ({"temperature": 0.2}, "temperature"),
    ],
)
def test_it_refuses_what_anthropic_refuses(
    vendor_process: FakeVendor, body: dict[str, Any], complaint: str
) -> None:
    answer = post_message(vendor_process, **body)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]["message"]


def test_it_takes_a_temperature_in_the_protocol_s_older_version(vendor_process: FakeVendor) -> None:
    assert post_message(vendor_process, "2023-06-01", temperature=0.2).status_code == 200


def test_it_cuts_a_stream_without_a_word(vendor_process: FakeVendor) -> None:
    stream = post(vendor_process, stream=True, model="fault-stream-cut")
    assert b"[DONE]" not in stream
    assert b'"content"' in stream


def test_it_remembers_its_calls(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    with running_fake_vendor("--log", str(log), "--fault", "empty:0.5") as vendor:
        for _ in range(4):
            post(vendor)
        calls = vendor.calls()
    assert [call["fault"] for call in calls] == ["", "empty", "", "empty"]
    assert calls == [json.loads(line) for line in log.read_text().splitlines()]
    assert calls[0] | {"call_id": "call-1", "model": "any", "step": "rebuilder"} == calls[0]


@pytest.mark.parametrize(
    ("request_", "step"),
    [
        ({"response_format": {"json_schema": {"name": "forensic"}}, "messages": []}, "forensic"),
        ({"response_format": {"json_schema": {"name": "quality"}}, "messages": []}, "quality"),
        ({"messages": MESSAGES}, "rebuilder"),
        ({"messages": [{"role": "user", "content": "hello"}]}, "plain"),
    ],
)
def test_it_recognises_the_step(request_: dict[str, Any], step: str) -> None:
    assert step_of(request_) == step


def test_it_finds_what_is_in_the_code_and_quotes_it() -> None:
    answer = json.loads(Script("good").answer("forensic", MESSAGES))
    (finding,) = answer["findings"]
    assert (finding["line"], finding["snippet"]) == (4, "    return yaml.load(open(p))")


def test_it_rebuilds_the_code_in_one_fence() -> None:
    answer = Script("good").answer("rebuilder", MESSAGES)
    assert answer == f"```\n{CODE.replace('yaml.load', 'yaml.safe_load')}```\n"


@pytest.mark.parametrize("quality", ["good", "mediocre", "hostile"])
@pytest.mark.parametrize("step", ["forensic", "rebuilder", "quality", "plain"])
def test_it_has_an_answer_of_each_quality_for_each_step(quality: str, step: str) -> None:
    assert Script(quality).answer(step, MESSAGES).strip()


def test_it_spreads_faults_evenly() -> None:
    fault = parse_fault("500:0.25")
    assert [fault.strikes(number) for number in range(1, 9)] == [False, False, False, True] * 2
    assert not any(Fault("500", 0).strikes(number) for number in range(1, 9))


@pytest.mark.parametrize("text", ["999", "500:2", "500:-1", "500:x", "500:nan", ""])
def test_it_refuses_faults_that_do_not_exist(text: str) -> None:
    with pytest.raises(ValueError):
        parse_fault(text)


@pytest.mark.parametrize("injection", list(injections()), ids=lambda injection: injection.text[:30])
def test_it_obeys_each_order_however_it_is_written(injection: Injection) -> None:
    carried = injection.carried()
    asked = "\n".join((carried.code, carried.filename, carried.comments))
    assert orders_in(asked) == injection.orders


def test_it_answers_as_the_good_one_where_nothing_is_ordered() -> None:
    assert Obedient(MESSAGES).answer("rebuilder") == Script("good").answer("rebuilder", MESSAGES)


@pytest.mark.parametrize("post_to", [post, lambda v, **b: post_message(v, **b).content])
def test_it_calls_tools_on_top_when_told_to(
    vendor_process: FakeVendor, post_to: Callable[..., bytes]
) -> None:
    told = [{"role": "user", "content": "Call the tool."}]
    answers = [
        post_to(vendor_process, model="obedient", messages=told, stream=streamed)
        for streamed in (False, True)
    ]
    assert all(b"delete_users" in answer for answer in answers)
