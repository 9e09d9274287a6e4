"""The pre-commit hook, the GitHub Action and the GitLab template, run as far as possible here."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from identify.identify import ALL_TAGS

from accounts.models import User
from config.tests.client_server import CLIENT, SAFE, UNSAFE, Project, Ran, token_of, working_pool
from pipeline.models import Submission

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

HOOKS = CLIENT.parent / ".pre-commit-hooks.yaml"
with_server = pytest.mark.django_db(transaction=True)


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture
def project(live_server: LiveServer, alice: User, tmp_path: Path) -> Iterator[Project]:
    """A repository with one commit, in which an unsafe and a safe file then change."""
    folder = tmp_path / "project"
    folder.mkdir()
    with working_pool():
        made = Project(folder, live_server.url, token_of(alice))
        made.git("init", "--quiet")
        made.write("old.py", SAFE)
        made.commit()
        yield made


def as_action(project: Project, **inputs: str) -> Ran:
    """Run the action's own command with the variables that action.yml and its host would set."""
    (step,) = loaded(CLIENT / "action.yml")["runs"]["steps"]
    host = project.folder.parent / "host"
    host.mkdir(exist_ok=True)
    values = {name: "" for name in step["env"] if name.startswith("REVIEW_")}
    variables = {
        **values,
        **inputs,
        "GITHUB_ACTION_PATH": str(CLIENT),
        "GITHUB_OUTPUT": str(host / "output"),
        "GITHUB_STEP_SUMMARY": str(host / "summary"),
        "RUNNER_TEMP": str(host),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    given = Project(project.folder, project.server, project.token, variables)
    return given.run("bash", "-eo", "pipefail", "-c", step["run"])


def written(project: Project, name: str) -> str:
    return (project.folder.parent / "host" / name).read_text("utf-8")


@with_server
def test_it_reviews_what_a_pull_request_changed(project: Project) -> None:
    base = project.git("rev-parse", "HEAD")
    project.write("new.py", UNSAFE)
    project.commit()
    ran = as_action(project, REVIEW_DIFF=base, REVIEW_PATHS=".\n", REVIEW_FAIL_ON="low")
    assert ran.code == 1
    assert Submission.objects.get().filename == "new.py"
    outputs = dict(line.split("=", 1) for line in written(project, "output").splitlines())
    assert outputs["exit-code"] == "1"
    assert json.loads(Path(outputs["sarif"]).read_text("utf-8"))["version"] == "2.1.0"
    assert "CWE-502" in written(project, "summary")


@with_server
def test_it_leaves_what_an_earlier_use_of_the_action_wrote_in_the_job(project: Project) -> None:
    project.write("new.py", UNSAFE)
    as_action(project, REVIEW_PATHS="new.py")
    as_action(project, REVIEW_PATHS="old.py")
    lines = written(project, "output").splitlines()
    logs = [Path(line[6:]).read_text("utf-8") for line in lines if line.startswith("sarif=")]
    assert ["new.py" in log for log in logs] == [True, False]


@with_server
def test_it_takes_no_name_of_a_file_for_a_command_of_the_host(project: Project) -> None:
    project.write("::error::x```.py", UNSAFE)
    ran = as_action(project, REVIEW_PATHS=".")
    stop, resume = re.findall(r"^::(?:stop-commands::)?([0-9a-f]{32})", ran.out, re.MULTILINE)
    assert stop == resume
    before, _, rest = ran.out.partition(f"::stop-commands::{stop}")
    assert "::error::" not in before + rest.partition(f"::{stop}::")[2]
    assert written(project, "summary").rstrip().endswith("````")


@with_server
@pytest.mark.parametrize("value", ["$(touch x)", "--output=elsewhere", "; touch x"])
def test_it_runs_no_input_as_a_command(project: Project, value: str) -> None:
    assert as_action(project, REVIEW_PATHS=value).code == 2
    assert not (project.folder / "x").exists()
    assert not (project.folder / "elsewhere").exists()


@with_server
def test_it_says_when_the_secret_is_missing(project: Project) -> None:
    ran = as_action(Project(project.folder, project.server), REVIEW_PATHS=".")
    assert ran.code == 2
    assert "There is no token." in ran.err
    assert "exit-code=2" in written(project, "output")


def test_it_puts_no_input_of_the_action_into_its_script() -> None:
    action = loaded(CLIENT / "action.yml")
    (step,) = action["runs"]["steps"]
    assert "${{" not in step["run"]
    passed = set(re.findall(r"inputs\.([a-z-]+)", str(step["env"])))
    assert passed == set(action["inputs"])


@with_server
def test_it_holds_a_commit_up_as_a_pre_commit_hook(project: Project, tmp_path: Path) -> None:
    hooks = Project(tmp_path / "hooks")
    hooks.folder.mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CLIENT, hooks.folder / "client", ignore=ignored)
    shutil.copy(HOOKS, hooks.folder)
    hooks.git("init", "--quiet")
    hook = {"id": "ai-to-production-review", "args": ["--fail-on", "low"]}
    config = {"repos": [{"repo": str(hooks.folder), "rev": hooks.commit(), "hooks": [hook]}]}
    project.write(".pre-commit-config.yaml", json.dumps(config))
    project.write("new.py", UNSAFE)
    project.write("notes.md", "text")
    project.git("add", "--all")
    where = {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    given = Project(project.folder, project.server, project.token, where)
    ran = given.run(sys.executable, "-m", "pre_commit", "run")
    assert ran.code == 1, ran.out + ran.err
    assert "- new.py:5: " in ran.out
    assert Submission.objects.get().filename == "new.py"


@pytest.mark.parametrize("minor", [9, 10])
def test_it_never_takes_an_old_python_for_findings(minor: int, tmp_path: Path) -> None:
    old = tmp_path / "sitecustomize.py"
    old.write_text(f"import sys; sys.version_info = (3, {minor})", encoding="utf-8")
    given = Project(tmp_path, variables={"PYTHONPATH": str(tmp_path)})
    ran = given.run(sys.executable, str(CLIENT), "review", ".")
    assert ran.code == 2
    assert ran.err.startswith("review: this needs Python 3.11 or newer")


def test_it_is_packaged_with_the_licence_of_the_product() -> None:
    assert (CLIENT / "LICENSE").read_text("utf-8") == (CLIENT.parent / "LICENSE").read_text("utf-8")


def test_it_names_only_kinds_of_files_that_pre_commit_knows() -> None:
    (hook,) = loaded(HOOKS)
    assert set(hook["types_or"]) <= ALL_TAGS
    assert os.access(CLIENT.parent / hook["entry"].split()[0], os.X_OK)


@with_server
@pytest.mark.parametrize("in_merge_request", [True, False])
def test_it_runs_the_script_of_the_gitlab_template(
    project: Project, tmp_path: Path, in_merge_request: bool
) -> None:
    """Installing is left out: the program is the checkout's own."""
    job = loaded(CLIENT / "gitlab-ci.yml")[".ai-to-production-review"]
    program = Project(tmp_path).write(
        "bin/ai-to-production", f'#!/bin/sh\nexec "{sys.executable}" "{CLIENT}" "$@"\n'
    )
    program.chmod(0o755)
    variables = {**job["variables"], "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    if in_merge_request:
        variables["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = project.git("rev-parse", "HEAD")
    project.write("new.py", UNSAFE)
    project.commit()
    given = Project(project.folder, project.server, project.token, variables)
    ran = given.run("bash", "-eo", "pipefail", "-c", "\n".join(job["script"]))
    assert ran.code in (0, 1), ran.err
    assert Submission.objects.count() == (1 if in_merge_request else 2)
    report = project.folder / job["artifacts"]["reports"]["codequality"]
    assert json.loads(report.read_text("utf-8"))[0]["location"]["path"] == "new.py"
