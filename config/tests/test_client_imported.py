"""What another tool found is cut to what it says of one file, in one look at each result."""

from __future__ import annotations

import json
from typing import Any

import pytest

from client.ai_to_production.imported import about


class ReadByPlace(list[Any]):
    """A list that nobody goes through."""

    def __iter__(self) -> Any:
        pytest.fail("all artifacts were read for one result")


def found_in(place: dict[str, Any]) -> dict[str, Any]:
    where = [{"physicalLocation": {"artifactLocation": place}}]
    return {"ruleId": "R1", "message": {"text": "There."}, "locations": where}


def log_of(*places: dict[str, Any]) -> dict[str, Any]:
    artifacts = ReadByPlace([None, {"location": {"uri": "src/one.py"}}])
    results = [found_in(place) for place in places]
    tool = {"driver": {"name": "other", "rules": [{"id": "R1"}]}}
    run = {"tool": tool, "artifacts": artifacts, "results": results}
    return {"version": "2.1.0", "runs": [run]}


@pytest.mark.parametrize("place", [{"uri": "src/one.py", "index": 0}, {"index": 1}])
def test_it_finds_the_file_by_its_path_or_its_place(place: dict[str, Any]) -> None:
    (run,) = json.loads(about([log_of(place, {"uri": "src/two.py"})], "src/one.py"))["runs"]
    (result,) = run["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (result["ruleId"], location) == ("R1", {"uri": "src/one.py"})


@pytest.mark.parametrize("place", [{}, {"index": 0}, {"index": 2}, {"index": -1}, {"index": "1"}])
def test_it_takes_no_result_for_one_of_the_file_that_names_none(place: dict[str, Any]) -> None:
    assert about([log_of(place)], "src/one.py") == ""
