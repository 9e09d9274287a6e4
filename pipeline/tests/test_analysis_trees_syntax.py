"""Other languages: broken is said only when that is sure, apart from not parsable here."""

import pytest

from pipeline.analysis.coverage import COVERAGE
from pipeline.analysis.trees.newer import NEWER
from pipeline.analysis.trees.syntax import PROVEN, check
from pipeline.analysis.types import SyntaxState

VALID, BROKEN, ELSEWHERE = SyntaxState.VALID, SyntaxState.BROKEN, SyntaxState.NOT_PARSABLE_HERE

GOOD = {
    "javascript": "import a from 'a';\nclass B { #c = 1; async *d() { yield this.#c ?? 2; } }\n"
    "const e = <p>{a?.b}</p>;\n",
    "typescript": "type A<T> = T extends infer U extends string ? U : never;\n"
    "export const b = (c: number) => c satisfies number;\n",
    "java": "public sealed interface A permits B {}\nrecord B(int x) implements A {\n  B { }\n}\n",
    "csharp": "namespace A;\npublic record B(int C);\nclass D(int e) { int[] f = [1, ..g]; }\n",
    "go": "package a\n\nfunc F[T any](x T) (y T) {\n\tfor i := range 10 {\n\t\t_ = i\n\t}\n}",
    "rust": "fn f<const N: usize>() {\n    let Some(x) = y else { return; };\n}\n",
    "ruby": "def f(...) = g(...)\ncase [1]\nin [Integer => a]\n  a\nend\n",
    "php": "<p><?php\nenum A: int { case B = 1; }\n$x = match(true) { default => 1 };\n?></p>\n",
    "swift": "actor A {\n  func f() async throws -> Int { try await g() }\n}\n",
    "kotlin": "data class A(val x: Int = 1)\n\nfun f(x: Int?) = x?.let { it + 1 } ?: 0\n",
    "c": "#define A(x) do { x; } while (0)\nint main(void)\n{\n  A(1);\n  return 0;\n}\n",
    "cpp": "#include <vector>\ntemplate <class... T> auto f(T&&... t) { return (g(t) + ...); }\n",
    "sql": "create table a (id int primary key);\nselect top 10 * from a where id = 1;\n",
    "html": "<!doctype html>\n<ul><li>a<li>b</ul>\n<script>if (a < b) {}</script>\n",
    "css": "@media (min-width: 1px) {\n  a:hover > b { color: red; --x: 1px }\n}\n",
    "shell": 'case $1 in\n  a) echo "$(cat <<X\n(\nX\n)" ;;\nesac\n',
}
BAD = {
    "javascript": ("let a = 1;\nfunction f( { return 1 }\n", 2),
    "typescript": ("let a: number = 1;\nlet b: = 2;\n", 2),
    "java": ("class A {\n  int f() { return 1 }\n}\n", 2),
    "csharp": ("class A {\n  int F() { return 1;\n}\n", 1),
    "go": ("package a\n\nfunc f() {\n\tx := = 1\n}\n", 4),
    "rust": ("fn f() {\n    let x = ;\n}\n", 2),
    "ruby": ("def f\n  if x\n    1\nend\n", None),
    "php": ("<?php\n$a = 1;\n$b = = 2;\n", 3),
    "swift": ("func f() {\n  g(1\n}\n", 3),
    "kotlin": ("fun f() {\n  g(1))\n}\n", 2),
    "c": ("int f(int a {\n  return a;\n}\n", 1),
    "cpp": ("class A {\n  int f() { return b[1; }\n};\n", 2),
    "sql": ("select 1;\nselect * from (select 2;\n", 2),
    "html": ("<p>a</p>\n<div class='b'\n", None),
    "css": ("a { color: red }\nb { color: blue\n", 2),
    "shell": ("if true; then\n  echo a\n", None),
}
UNSURE = {
    "c": "BEGIN_DECLS\nint x;\nEND_DECLS\n",
    "cpp": "class A {\n  Q_OBJECT\n  int x;\n};\n",
    "csharp": "a?.b = c;\n",
    "kotlin": "when (x) { is A if x.y -> 1 else -> 2 }\n",
    "sql": "select * form a\n",
    "html": "<div><b></div></b>\n",
    "css": "a { &:hover { color: red } .b & { x: y } }\n",
    "shell": "exec 3<>f\n",
}
NEWER_CODE = {
    "javascript": ("import defer * as a from 'x';", "class A { accessor #x = 1 }"),
    "typescript": (
        "import defer * as a from 'x';",
        "abstract class A<in out T> { }",
        "export type * from 'x';",
        "for (using x of y) {}",
        "export default abstract class {}",
    ),
    "java": ("import module java.base; class A {}", "class A { A() { int x = 1; super(x); } }"),
    "go": ("package a\nvar x = new(42)\n",),
    "rust": ("gen fn f() { yield 1; }", 'unsafe extern "C" { safe fn f(); }'),
}


def test_it_has_a_sample_of_every_language():
    assert {*GOOD, "python"} == {*BAD, "python"} == set(COVERAGE)


@pytest.mark.parametrize("language", GOOD)
def test_it_accepts_valid_code(language):
    assert check(GOOD[language], language).state is VALID


@pytest.mark.parametrize("language", GOOD)
def test_it_accepts_it_however_it_was_saved(language):
    code = "\ufeff" + GOOD[language].replace("\n", "\r\n").rstrip()
    assert check(code, language).state is VALID


@pytest.mark.parametrize("language", BAD)
def test_it_says_where_broken_code_breaks(language):
    code, line = BAD[language]
    syntax = check(code, language)
    assert syntax.state is BROKEN
    assert syntax.message
    assert line is None or syntax.line == line


@pytest.mark.parametrize("language", UNSURE)
def test_it_does_not_call_broken_what_its_grammar_may_only_not_know(language):
    syntax = check(UNSURE[language], language)
    assert syntax.state is ELSEWHERE
    assert syntax.message


def test_it_has_an_example_of_each_construct_that_it_lists_as_newer():
    assert {key: len(marks) for key, marks in NEWER.items()} == {
        key: len(codes) for key, codes in NEWER_CODE.items()
    }


@pytest.mark.parametrize(
    ("language", "code"), [(k, c) for k, all_ in NEWER_CODE.items() for c in all_]
)
def test_it_does_not_call_newer_constructs_broken(language, code):
    assert language in PROVEN
    assert check(code, language).state is ELSEWHERE


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("int f(int a {\n", "the '{' is never closed"),
        ("int a;\n}\n", "the '}' closes nothing"),
        ("int f() { (1; }\n", "the '}' meets the '(' of line 1"),
    ],
)
def test_it_names_the_bracket(code, message):
    assert check(code, "c").message == message


@pytest.mark.parametrize(
    "code",
    [
        "BEGIN x\n#ifdef A\nint f(int a) {\n#else\nint f(void) {\n#endif\n}\n",
        "#define OPEN {\nint f(void) OPEN return 1; }\n",
        "#if 0\nfoo(\n#endif\nFOO int x;\n",
    ],
)
def test_it_lets_the_preprocessor_explain_unmatched_brackets(code):
    assert check(code, "c").state is not BROKEN


def test_it_counts_lines_as_everywhere_else():
    assert check("let a;\rlet b;\rlet = = 1;\r", "javascript").line == 3


@pytest.mark.parametrize(
    ("code", "language", "other"),
    [
        ("template <class T> T f(T a);\n", "c", "C++"),
        ("let a: number = 1;\n", "javascript", "TypeScript"),
    ],
)
def test_it_says_when_the_code_parses_as_a_relative(code, language, other):
    syntax = check(code, language)
    assert syntax.state is ELSEWHERE
    assert f"it parses as {other}" in syntax.message


def test_it_recognises_another_language():
    syntax = check("import os\n\ndef f(a):\n    return a\n", "java")
    assert syntax.state is BROKEN
    assert "looks like Python" in syntax.message


def test_it_reads_php_with_and_without_its_opening_tag():
    assert check("$a = f(1);\n", "php").state is VALID
    assert check("<?= $a ?>", "php").state is VALID


def test_it_reads_jsx_in_typescript():
    assert check("const a = <p>{b as string}</p>;\n", "typescript").state is VALID


def test_it_says_which_sql_it_only_recognised():
    assert check("grant select on a to b;\nvacuum a;\n", "sql").state is VALID
    assert "first word" in check("vacuum a;\n", "sql").message


def test_it_shows_no_more_than_one_short_token_of_the_code():
    secret = "s3cr3t" * 20
    assert secret not in check(f"let a = 1;\nlet '{secret}' = = 2;\n", "javascript").message
