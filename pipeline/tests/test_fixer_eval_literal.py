"""The eval fixer: literals have the same value, and nothing is run."""

import pytest

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "eval-literal"


@pytest.mark.parametrize("text", ["'[1, 2.5]'", "\"{'a': (True, None)}\"", "'-7'"])
def test_it_gives_the_same_value(text: str):
    code = f"value = eval({text})  # data\n"
    result = fixed(code, RULE)
    assert run(result)["value"] == run(code)["value"]
    assert result == f"import ast\nvalue = ast.literal_eval({text})  # data\n"


def test_it_follows_a_variable_that_only_holds_data():
    code = "TEXT = '[1]'\nvalue = eval(TEXT)\n"
    assert run(fixed(code, RULE))["value"] == [1]


def test_it_runs_nothing_once_the_text_is_changed():
    result = fixed("TEXT = '[1]'\nvalue = eval(TEXT)\n", RULE)
    with pytest.raises(ValueError, match="malformed"):
        run(result.replace("'[1]'", "'print(1)'"))


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("eval(text)", "cannot be seen"),
        ("eval(input())", "cannot be seen"),
        ("eval('1 + 1')", "cannot be seen"),
        ("eval('[1]', {})", "names"),
        ("text = '[1]'\ntext = input()\neval(text)", "cannot be seen"),
    ],
)
def test_it_refuses_what_may_be_more_than_data(line: str, word: str):
    assert word in refusal(f"{line}\n", RULE)


def test_it_leaves_other_things_of_that_name_alone():
    assert untouched("def f(model):\n    model.eval()\n")
