"""The pretend vendor speaks the protocol, fails as told and remembers what it was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from providers.fake.faults import Fault, parse_fault
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


def test_it_cuts_a_stream_without_a_word(vendor_process: FakeVendor) -> None:
    stream = post(vendor_process, stream=True, model="fault-truncated")
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
