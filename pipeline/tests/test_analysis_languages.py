"""A file's language comes from its name or its first line, and only a hint from its text."""

import pytest

from pipeline.analysis.languages import LANGUAGES, language_for, looks_like, other_language

SEVENTEEN = (
    "javascript typescript python java csharp go rust ruby php swift kotlin "
    "c cpp sql html css shell"
)


def test_it_knows_the_seventeen_languages():
    assert list(LANGUAGES) == SEVENTEEN.split()


@pytest.mark.parametrize(
    ("filename", "language"),
    [
        ("a.py", "python"),
        ("dir/B.TSX", "typescript"),
        ("C:\\code\\x.cs", "csharp"),
        ("Rakefile", "ruby"),
        ("/home/me/.bashrc", "shell"),
        ("q.SQL", "sql"),
        ("x.h", "c"),
        ("x.hpp", "cpp"),
        ("notes.txt", None),
        ("Dockerfile", None),
        ("", None),
    ],
)
def test_it_reads_the_language_from_the_name(filename, language):
    assert language_for(filename, "") == language


@pytest.mark.parametrize(
    ("start", "language"),
    [
        ("#!/usr/bin/env python3.12\n", "python"),
        ("#!/usr/bin/env -S node --harmony\n", "javascript"),
        ("\ufeff#!/bin/bash -e\n", "shell"),
        ("#!/usr/bin/env FOO=1 ruby\n", "ruby"),
        ("#!/usr/bin/perl\n", None),
        ("#!\n", None),
        ("print(1)\n", None),
    ],
)
def test_it_reads_the_language_from_the_first_line(start, language):
    assert language_for("tool", start) == language


def test_it_believes_the_name_before_the_first_line():
    assert language_for("x.rb", "#!/usr/bin/python\n") == "ruby"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("const a = 1;\nfunction f() {\n  return a === 2;\n}\n", "javascript"),
        ("package main\n\nfunc main() {\n}\n", "go"),
        ("<?php\n$a = 1;\n", "php"),
        ("import os\ndef f(a):\n    return a\n", "python"),
        ("#include <stdio.h>\nint main(void) {\n}\n", "c"),
        ("CREATE TABLE x (id int);\n", "sql"),
        ("x = 1\n", None),
        ("", None),
    ],
)
def test_it_sees_what_a_text_plainly_is(code, language):
    assert looks_like(code) == language


def test_it_does_not_call_a_relative_another_language():
    assert (
        other_language("const a = 1;\nfunction f() {\n  return a === 2;\n}\n", "typescript") is None
    )
