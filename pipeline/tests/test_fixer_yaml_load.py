"""The yaml.load fixer: plain documents read the same, documents that run code are refused."""

from pathlib import Path

import pytest
import yaml

from pipeline.tests.fixing import fixed, refusal, run, untouched

RULE = "yaml-load"
UNSAFE = """\
import yaml

def read(text):
    return yaml.load(text, Loader=yaml.UnsafeLoader)  # settings
"""


def test_it_reads_plain_documents_as_before():
    text = "a: [1, 2.5, text]\nb: {c: 2024-01-01}\n"
    assert run(fixed(UNSAFE, RULE))["read"](text) == run(UNSAFE)["read"](text)


def test_it_refuses_a_document_that_runs_code(tmp_path: Path):
    mark = tmp_path / "mark"
    hostile = f"!!python/object/apply:os.mkdir ['{mark}']"
    run(UNSAFE)["read"](hostile)
    assert mark.exists()
    mark.rmdir()
    with pytest.raises(yaml.YAMLError):
        run(fixed(UNSAFE, RULE))["read"](hostile)
    assert not mark.exists()


def test_it_keeps_the_rest_of_the_line():
    assert fixed(UNSAFE, RULE).splitlines()[3] == "    return yaml.safe_load(text)  # settings"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("yaml.load(f)", "yaml.safe_load(f)"),
        ("yaml.load(f, yaml.Loader)", "yaml.safe_load(f)"),
        ("yaml.load_all(f, Loader=yaml.FullLoader)", "yaml.safe_load_all(f)"),
        ("yaml.full_load(f)", "yaml.safe_load(f)"),
        ("yaml.load(f, Loader=yaml.CLoader)", "yaml.load(f, Loader=yaml.CSafeLoader)"),
        ("yaml.load(Loader=yaml.Loader, stream=f)", "yaml.safe_load(stream=f)"),
    ],
)
def test_it_knows_the_forms_of_the_call(before: str, after: str):
    assert fixed(f"import yaml\n{before}\n", RULE) == f"import yaml\n{after}\n"


def test_it_follows_an_alias_and_either_name_of_a_loader():
    code = """\
    import yaml as y
    try:
        from yaml import CLoader as Loader
    except ImportError:
        from yaml import Loader
    data = y.load("a: 1", Loader=Loader)
    """
    assert 'y.safe_load("a: 1")' in fixed(code, RULE)


def test_it_sees_nothing_wrong_with_a_safe_loader():
    assert untouched("import yaml\nyaml.load(f, Loader=yaml.SafeLoader)\nyaml.safe_load(f)\n")


def test_it_leaves_another_thing_of_that_name_alone():
    assert untouched("class yaml:\n    load = staticmethod(len)\nyaml.load([1])\n")
    assert untouched("import yaml\ndef f(yaml):\n    return yaml.load(1)\n")
    assert untouched("from ruamel import yaml\nyaml.load(1)\n")


def test_it_refuses_a_loader_of_the_programs_own():
    assert "own" in refusal("import yaml\nyaml.load(f, Loader=Mine)\n", RULE)


def test_it_refuses_when_the_file_adds_its_own_tags():
    code = "import yaml\nyaml.add_constructor('!x', print)\nyaml.load(f, Loader=yaml.Loader)\n"
    assert "tags" in refusal(code, RULE)


def test_it_refuses_hidden_arguments():
    assert "star" in refusal("import yaml\nyaml.load(f, **options)\n", RULE)


def test_it_imports_the_safe_function_beside_one_that_was_imported_alone():
    head = "from yaml import (\n    load as read,\n    Loader,\n)\n"
    code = head + "a = read('1', Loader)\nb = read('2')\n"
    after = fixed(code, RULE)
    assert after == code.replace("read,", "read, safe_load,").replace(
        "read('1', Loader)", "safe_load('1')"
    ).replace("read('2')", "safe_load('2')")
    assert (run(after)["a"], run(after)["b"]) == (1, 2)


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    from yaml import load\nexcept ImportError:\n    pass\nload(f)\n",
        "from yaml import load\ndef safe_load():\n    pass\nload(f)\n",
    ],
)
def test_it_refuses_where_the_safe_function_is_out_of_reach(code: str):
    assert "not in reach" in refusal(code, RULE)
