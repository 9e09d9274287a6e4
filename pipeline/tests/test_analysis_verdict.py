"""The verdict is computed from both texts and tells the truth about damage."""

import pytest

from pipeline.analysis import sandbox
from pipeline.analysis.engine import quality
from pipeline.analysis.errors import TaskCrashed
from pipeline.analysis.remembered import compared
from pipeline.analysis.types import Change, Refusal

BAD = "import yaml\n\ndef read(text):\n    return yaml.load(text)\n\ndef other():\n    return 1\n"
GOOD = BAD.replace("yaml.load", "yaml.safe_load")
REPAIR = Change(rule="yaml-load", title="YAML is read as plain data", line=4, cwe=502)


def outcome(verdict, name: str) -> str:
    return next(check.outcome for check in verdict.checks if check.name == name)


def test_it_gives_high_when_our_own_repairs_made_it_and_nothing_else():
    verdict = quality(BAD, GOOD, "python", changes=[REPAIR])
    assert {check.outcome for check in verdict.checks} == {"pass", "not-run"}
    assert (verdict.confidence, verdict.rule) == ("HIGH", "behaviour-proven")
    assert verdict.improvements == ("YAML is read as plain data",)
    assert verdict.remaining == ()
    assert verdict.sentence.startswith("Of 1 finding the rebuild removes 1 and leaves 0;")


def test_it_gives_medium_when_every_check_passed_and_somebody_else_made_it():
    rebuilt = BAD.replace("yaml.load(text)", "yaml.load(text, Loader=yaml.SafeLoader)")
    verdict = quality(BAD, rebuilt, "python")
    assert (verdict.confidence, verdict.rule) == ("MEDIUM", "every-check-passed")


def test_it_says_when_nothing_was_changed():
    verdict = quality(BAD, BAD, "python")
    assert verdict.sentence.startswith("Nothing was changed; findings that remain: 1")
    assert (verdict.improvements, verdict.confidence) == ((), "LOW")
    assert len(verdict.remaining) == 1
    assert verdict.rule == "nothing-changed"


def test_it_does_not_pass_over_code_that_is_broken():
    broken = "<?php\nfunction x( {\n"
    verdict = quality(broken, broken, "php")
    assert verdict.sentence.startswith("Nothing was changed, and the code is broken. It does not")
    assert verdict.remaining[0].startswith("It does not parse, line 2: ")


def test_it_says_when_there_was_nothing_to_change():
    assert quality("x = 1\n", "x = 1\n", "python").sentence == (
        "Nothing was changed, and nothing had been found."
    )


@pytest.mark.parametrize(
    ("rebuilt", "failing"),
    [
        (GOOD.replace("def read(text):", "def read(text:"), "parses"),
        ("import yaml\n", "code is still there"),
        (GOOD.replace("def other", "def another"), "public names kept"),
        (GOOD + "\neval(input())\n", "no new finding"),
        (BAD.replace("text)\n\n", "text)  # repaired\n\n"), "repaired findings are gone"),
    ],
)
def test_it_warns_of_damage(rebuilt, failing):
    verdict = quality(BAD, rebuilt, "python", changes=[REPAIR])
    assert outcome(verdict, failing) == "fail"
    assert verdict.sentence.startswith("Do not use the rebuilt code as it is: it fails “")
    assert verdict.confidence == "LOW"


def test_it_sees_a_finding_that_only_moved_as_still_there():
    moved = "# repaired\n" + BAD.replace("yaml.load(text)", "yaml.load( text )")
    verdict = quality(BAD, moved, "python", changes=[REPAIR])
    assert outcome(verdict, "repaired findings are gone") == "fail"
    assert outcome(verdict, "no new finding") == "pass"


def test_it_does_not_blame_a_repair_for_findings_elsewhere():
    extra = "\ndef third(t):\n    return yaml.load(t)\n"
    verdict = quality(BAD + extra, GOOD + extra, "python", changes=[REPAIR])
    assert outcome(verdict, "repaired findings are gone") == "pass"
    assert verdict.sentence.startswith("Of 2 findings the rebuild removes 1 and leaves 1 (1 of")


def test_it_is_low_while_something_serious_is_left():
    extra = "\ndef third(t):\n    return yaml.load(t)\n"
    verdict = quality(BAD + extra, GOOD + extra, "python", changes=[REPAIR])
    assert outcome(verdict, "nothing serious of the repaired kind is left") == "fail"
    assert verdict.confidence == "LOW"


def test_it_is_low_when_a_scanner_did_not_run(monkeypatch):
    real = sandbox.submit

    def submit(task, *rest):
        if task in ("bandit", "together"):
            raise TaskCrashed("bandit is not installed here (bandit)")
        return real(task, *rest)

    monkeypatch.setattr(sandbox, "submit", submit)
    verdict = quality(BAD, GOOD, "python", changes=[REPAIR])
    assert outcome(verdict, "scanned before and after") == "not-run"
    assert verdict.confidence == "LOW"


def test_it_says_so_where_the_texts_could_not_be_compared(monkeypatch):
    real = sandbox.run

    def run(task, *rest, **named):
        if task == "ledger":
            raise TaskCrashed("it took too long")
        return real(task, *rest, **named)

    compared.forget()  # another test may have compared the same two
    monkeypatch.setattr(sandbox, "run", run)
    verdict = quality(BAD, GOOD, "python", changes=[REPAIR])
    assert verdict.confidence == "LOW"
    assert verdict.sentence.endswith("too little could be compared to rely on it.")


def test_it_is_low_for_a_language_without_scanner_and_says_why():
    verdict = quality("func main() {}\n", "func main() { }\n", "go")
    assert verdict.confidence == "LOW"
    assert "Go code could not be scanned" in verdict.sentence


def test_it_says_what_is_gone_without_a_list_of_repairs():
    verdict = quality(BAD, GOOD, "python")
    assert outcome(verdict, "repaired findings are gone") == "pass"
    assert verdict.improvements[0].startswith("No longer reported: YAML is loaded")


def test_it_lists_what_remains_and_what_was_refused():
    refusal = Refusal(rule="weak-hash", line=3, reason="it is compared with stored hashes.")
    verdict = quality(BAD, BAD, "python", refusals=[refusal])
    assert verdict.remaining[0].startswith("HIGH, line 4: YAML is loaded")
    assert verdict.remaining[1] == "Not repaired, line 3: it is compared with stored hashes."


def test_it_says_of_what_was_refused_that_its_line_is_one_of_the_original():
    refusal = Refusal(rule="weak-hash", line=3, reason="it is compared with stored hashes.")
    verdict = quality(BAD, GOOD, "python", refusals=[refusal])
    assert verdict.remaining[-1].startswith("Not repaired, line 3 of the original: ")


def test_it_names_at_most_five_improvements():
    changes = [REPAIR.model_copy(update={"title": f"Change {n}"}) for n in range(8)]
    assert len(quality(BAD, GOOD, "python", changes=changes).improvements) == 5
