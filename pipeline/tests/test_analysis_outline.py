"""Languages without a parser here get an outline from their tokens, comments and strings apart."""

import pytest

from pipeline.analysis.languages import LANGUAGES
from pipeline.analysis.outline import outline

SAMPLES = {
    "javascript": (
        'import fs from "fs";\nconst e = require("express"); // const no = 1\n'
        "export class Shop {\n  async load(id) { if (x) { } }\n}\nconst add = (a, b) => a + b;\n",
        [("class", "Shop", 3), ("method", "load", 4), ("function", "add", 6)],
        ["fs", "express"],
    ),
    "typescript": (
        'import { A } from "./a";\nexport interface X { a: string }\ntype Y = string;\n',
        [("class", "X", 2), ("class", "Y", 3)],
        ["./a"],
    ),
    "python": (
        "from os import path\ntype X = int\nclass A:\n    async def m(self): pass\n",
        [("class", "A", 3), ("function", "m", 4)],
        ["os"],
    ),
    "java": (
        "import java.util.List;\npublic class A {\n"
        '  static int f(int a) { return g("class B {"); }\n}\n',
        [("class", "A", 2), ("function", "f", 3)],
        ["java.util.List"],
    ),
    "csharp": (
        "using System;\npublic sealed class C : D {\n"
        "  public async Task<int> Run(string a) { }\n}\n",
        [("class", "C", 2), ("function", "Run", 3)],
        ["System"],
    ),
    "go": (
        'package main\nimport (\n\t"fmt"\n)\n'
        "type T struct { }\nfunc (t *T) Get() int { return 1 }\n",
        [("class", "T", 5), ("function", "Get", 6)],
        ["fmt"],
    ),
    "rust": (
        "use std::fs;\npub struct A<T> { a: T }\npub(crate) fn run() {}\n",
        [("class", "A", 2), ("function", "run", 3)],
        ["std::fs"],
    ),
    "ruby": (
        'require "json"\n# class No\nclass B < C\n  def self.run(x)\n  end\nend\n',
        [("class", "B", 3), ("function", "self.run", 4)],
        ["json"],
    ),
    "php": (
        "<?php\nuse A\\B;\n/* class No */\nabstract class A {\n}\nfunction bar() {}\n",
        [("class", "A", 4), ("function", "bar", 6)],
        ["A\\B"],
    ),
    "swift": (
        "import Foundation\nstruct A {\n  func b() -> Int { 1 }\n}\n",
        [("class", "A", 2), ("function", "b", 3)],
        ["Foundation"],
    ),
    "kotlin": (
        "import a.b.C\ndata class A(val x: Int)\nfun String.b(x: Int) = 1\n",
        [("class", "A", 2), ("function", "b", 3)],
        ["a.b.C"],
    ),
    "c": (
        "#include <stdio.h>\nstruct a { int x; };\nint main(void)\n{\n  return add(1);\n}\n",
        [("class", "a", 2), ("function", "main", 3)],
        ["stdio.h"],
    ),
    "cpp": (
        "#include <vector>\nclass B : public C {\n};\nint run(int a) { return 1; }\n",
        [("class", "B", 2), ("function", "run", 4)],
        ["vector"],
    ),
    "sql": (
        "-- create table no\nCREATE TABLE IF NOT EXISTS users (id int);\nDELETE FROM users;\n",
        [
            ("statement", "CREATE TABLE IF NOT EXISTS users", 2),
            ("statement", "DELETE FROM users", 3),
        ],
        [],
    ),
    "html": (
        '<!-- <form> -->\n<form action="/x">\n<script src="https://cdn.example.org/a.js"></script>\n',
        [
            ("section", 'form action="/x"', 2),
            ("section", 'script src="https://cdn.example.org/a.js"', 3),
        ],
        ["https://cdn.example.org/a.js"],
    ),
    "css": (
        '@import url("a.css");\n/* .no { } */\n.a, .b:hover { color: red }\n',
        [("section", ".a, .b:hover", 3)],
        ["a.css"],
    ),
    "shell": (
        ". ./lib.sh\nfoo() { echo 'function no {'; }\nfunction bar { :; }\n",
        [("function", "foo", 2), ("function", "bar", 3)],
        ["./lib.sh"],
    ),
}


def test_it_has_a_sample_of_every_language():
    assert set(SAMPLES) == set(LANGUAGES)


@pytest.mark.parametrize("language", SAMPLES)
def test_it_outlines_declarations_and_imports(language):
    code, expected, imports = SAMPLES[language]
    components, found = outline(code, language)
    assert [(c.kind, c.name, c.line) for c in components] == expected
    assert found == imports


def test_it_counts_lines_as_everywhere_else():
    components, _ = outline("x\x0c\u2028\r\ny\rdef f(): pass\n", "python")
    assert [(c.name, c.line) for c in components] == []
    components, _ = outline("x\x0c\u2028\r\ndef f(): pass\n", "python")
    assert [(c.name, c.line) for c in components] == [("f", 2)]


def test_it_lists_a_bounded_number_of_parts():
    components, imports = outline("import a{0}\ndef f(): pass\n" * 1000, "python")
    assert len(components) <= 301
    assert len(imports) <= 200
