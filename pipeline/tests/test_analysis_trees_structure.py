"""Other languages: what a text declares, imports and, by the names of its calls, does."""

import pytest

from pipeline.analysis.engine import examine, forensic, quality
from pipeline.analysis.trees.effects import EFFECTS, effect_of
from pipeline.analysis.trees.shapes import SHAPES
from pipeline.analysis.trees.structure import read

RUNS, SHELL = "runs other programs", "runs shell commands"
# language: (code, components as (kind, name, first line, last line), imports, what line says what)
SAMPLES = {
    "javascript": (
        "import fs from 'fs';\nconst cp = require('child_process');\nclass Shop {\n"
        "  async load(id) {\n    fs.readFileSync(id);\n  }\n}\nconst add = (a, b) => {\n"
        "  function inner() { eval(a); }\n};\nmodule.exports.run = function () {};\n",
        [
            ("class", "Shop", 3, 7),
            ("method", "Shop.load", 4, 6),
            ("function", "add", 8, 10),
            ("function", "module.exports.run", 11, 11),
        ],
        ["fs", "child_process"],
        {"Shop.load": "reads files", "add": "executes text as code"},
    ),
    "typescript": (
        "import { A } from './a';\nimport b = require('b');\nexport interface X { a: string }\n"
        "type Y = string;\nabstract class Z { go = () => { fetch('x'); } }\nenum E { F }\n",
        [
            ("class", "X", 3, 3),
            ("class", "Y", 4, 4),
            ("class", "Z", 5, 5),
            ("method", "Z.go", 5, 5),
            ("class", "E", 6, 6),
        ],
        ["./a", "b"],
        {"Z.go": "makes network requests"},
    ),
    "java": (
        "import java.util.List;\npublic class A {\n  A() {}\n  static int f(String a) {\n"
        "    Runtime.getRuntime().exec(a);\n    return 1;\n  }\n  enum E { X }\n}\n",
        [
            ("class", "A", 2, 9),
            ("method", "A.A", 3, 3),
            ("method", "A.f", 4, 7),
            ("class", "A.E", 8, 8),
        ],
        ["java.util.List"],
        {"A.f": RUNS},
    ),
    "csharp": (
        "using System;\nusing static System.Math;\nusing P = System.Diagnostics.Process;\n"
        "namespace N {\n  class C : D {\n    public async Task<int> Run(string a) {\n"
        "      Process.Start(a);\n    }\n  }\n}\n",
        [("class", "C", 5, 9), ("method", "C.Run", 6, 8)],
        ["System", "System.Math", "System.Diagnostics.Process"],
        {"C.Run": RUNS},
    ),
    "go": (
        'package main\n\nimport (\n\t"fmt"\n\tx "os/exec"\n)\n\ntype T struct{}\n\n'
        'func (t *T) Get() {\n\texec.Command("ls").Run()\n}\n\nfunc main() {}\n',
        [("class", "T", 8, 8), ("method", "T.Get", 10, 12), ("function", "main", 14, 14)],
        ["fmt", "os/exec"],
        {"T.Get": RUNS},
    ),
    "rust": (
        "use std::fs;\npub struct A<T> { a: T }\nimpl<T> Show for A<T> {\n"
        '    fn run(&self) { std::process::Command::new("ls"); }\n}\nfn main() {}\n',
        [("class", "A", 2, 2), ("method", "A.run", 4, 4), ("function", "main", 6, 6)],
        ["std::fs"],
        {"A.run": RUNS},
    ),
    "ruby": (
        'require "json"\nmodule M\n  class B < C\n    def self.run(x)\n      `ls #{x}`\n'
        "    end\n  end\nend\ndef other; end\n",
        [
            ("class", "M", 2, 8),
            ("class", "M.B", 3, 7),
            ("method", "M.B.run", 4, 6),
            ("function", "other", 9, 9),
        ],
        ["json"],
        {"M.B.run": SHELL},
    ),
    "php": (
        "<?php\nuse A\\B;\nrequire_once 'x.php';\nclass C {\n  function m($y) {\n"
        "    $this->db->query($y);\n  }\n}\nfunction bar() {}\n",
        [("class", "C", 4, 8), ("method", "C.m", 5, 7), ("function", "bar", 9, 9)],
        ["A\\B", "x.php"],
        {"C.m": "runs SQL statements"},
    ),
    "swift": (
        "import Foundation\nstruct A {\n  init(x: Int) {}\n  func b() { print(1) }\n}\n"
        "protocol P { func d() }\n",
        [
            ("class", "A", 2, 5),
            ("method", "A.init", 3, 3),
            ("method", "A.b", 4, 4),
            ("class", "P", 6, 6),
            ("method", "P.d", 6, 6),
        ],
        ["Foundation"],
        {"A.b": "prints"},
    ),
    "kotlin": (
        "import a.b.C\n\nclass A(val x: Int) {\n    fun m() {\n        ProcessBuilder(x).start()\n"
        "    }\n}\n\nfun String.b(x: Int) = 1\n",
        [("class", "A", 3, 7), ("method", "A.m", 4, 6), ("function", "b", 9, 9)],
        ["a.b.C"],
        {"A.m": RUNS},
    ),
    "c": (
        '#include <stdio.h>\n#include "a.h"\nstruct a { int x; };\ntypedef struct { int y; } b;\n'
        "static char *run(struct a *c)\n{\n  system(c);\n}\n",
        [("class", "a", 3, 3), ("class", "b", 4, 4), ("function", "run", 5, 8)],
        ["stdio.h", "a.h"],
        {"run": SHELL},
    ),
    "cpp": (
        "#include <vector>\nnamespace n {\nclass B : public C {\n  int g() { return 1; }\n};\n}\n"
        "int &n::B::run(int a) { return std::rand(); }\n",
        [("class", "B", 3, 5), ("method", "B.g", 4, 4), ("method", "n.B.run", 7, 7)],
        ["vector"],
        {"n.B.run": "makes predictable random values"},
    ),
    "shell": (
        ". ./lib.sh\nfoo() {\n  curl -s x | eval y\n}\nfunction bar { :; }\nrm -rf z\n",
        [("module", "(file)", 1, 6), ("function", "foo", 2, 4), ("function", "bar", 5, 5)],
        ["./lib.sh"],
        {"foo": "executes text as code", "(file)": "deletes files"},
    ),
}


def test_it_has_a_sample_and_known_calls_of_every_shape():
    assert set(SAMPLES) == set(SHAPES) == set(EFFECTS)


@pytest.mark.parametrize("language", SAMPLES)
def test_it_reads_declarations_and_imports(language):
    code, expected, imports, _ = SAMPLES[language]
    components, found, whole = read(code, language)
    assert whole
    assert [(c.kind, c.name, c.line, c.end_line) for c in components] == expected
    assert found == imports


@pytest.mark.parametrize("language", SAMPLES)
def test_it_says_what_calls_do_by_their_names(language):
    code, _, _, said = SAMPLES[language]
    described = {c.name: c.description for c in read(code, language)[0]}
    for name, effect in said.items():
        assert effect in described[name]
        assert "by the names of its calls" in described[name]


def test_it_says_nothing_of_calls_that_it_does_not_know():
    assert effect_of("frobnicate", "go") is None
    assert effect_of("a.b.frobnicate", "java") is None
    assert effect_of("", "c") is None


def test_it_adds_what_the_tokens_show_where_the_tree_has_holes():
    code = "BEGIN_DECLS(x\nint f(int a)\n{\n  return a;\n}\nint g(void) { return 1; }\n"
    components, _, whole = read(code, "c")
    assert not whole
    assert {"f", "g"} <= {c.name for c in components}


def test_it_says_that_a_tree_has_holes():
    examination = examine("FOO int f(void) { return 1; }\n", "c")
    assert any("parts may be missing" in check.reason for check in examination.checks)


def test_it_lists_a_bounded_number_of_parts():
    components, imports, _ = read("import a from 'b';\nfunction f() {}\n" * 3000, "javascript")
    assert len(components) <= 400
    assert imports == ["b"]


def test_it_tells_a_dossier_what_was_only_parsed():
    dossier = forensic('package main\n\nfunc main() {\n\tos.Remove("x")\n}\n', "go")
    assert dossier.syntax.state == "valid"
    assert dossier.trace == ("Line 3, main(): It deletes files, by the names of its calls.",)
    assert any("only parsed, not compiled" in said for said in dossier.not_checked)
    assert dossier.assessment.stage == "unknown"


def test_it_sees_a_function_that_a_rebuild_lost_and_stays_low():
    before = "function a() {}\nfunction b() {}\n"
    verdict = quality(before, "function a() {}\nlet c = 1\n", "javascript")
    assert verdict.confidence == "LOW"
    lost = next(check for check in verdict.checks if check.name == "public names kept")
    assert (lost.outcome, lost.detail) == ("fail", "gone: b")


@pytest.mark.parametrize("language", SAMPLES)
def test_it_is_never_more_than_low_for_what_is_only_parsed(language):
    code = SAMPLES[language][0]
    assert quality(code, code + "\n", language).confidence == "LOW"


def test_it_does_not_compare_names_of_a_tree_with_names_of_tokens(monkeypatch):
    from pipeline.analysis import sandbox
    from pipeline.analysis.errors import TaskCrashed

    real, seen = sandbox.submit, []

    def submit(task, payload, *rest):
        if "structure" in (task, *payload.get("names", ())):
            seen.append(task)
            if len(seen) > 1:  # the second text, whose tree is too much for any child
                raise TaskCrashed("structure took too long")
        return real(task, payload, *rest)

    monkeypatch.setattr(sandbox, "submit", submit)
    verdict = quality("class A { b() {} }\n", "class A { b() { } }\n", "javascript")
    names = next(check for check in verdict.checks if check.name == "public names kept")
    assert names.outcome == "not-run"
