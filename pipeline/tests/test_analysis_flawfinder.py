"""Flawfinder's reports on C and C++ become findings in our words, each with CWE and severity."""

import pytest

from pipeline.analysis.engine import examine, forensic, quality
from pipeline.analysis.knowledge import explain
from pipeline.analysis.knowledge.c_code import GROUPS, RULES

BAD = """#include <stdio.h>
#include <string.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    char name[16];
    gets(name);
    strcpy(name, argv[1]);
    printf(argv[1]);
    system(argv[1]); /* Flawfinder: ignore */
    char *t = mktemp("aXXXXXX");
    memcpy(name, argv[1], 30);
    return strlen(name);
}
"""
EXPECTED = {
    7: (242, "CRITICAL"),
    8: (120, "HIGH"),
    9: (134, "HIGH"),
    10: (78, "HIGH"),
    11: (377, "MEDIUM"),
    12: (120, "LOW"),
}


@pytest.mark.parametrize("language", ["c", "cpp"])
def test_it_finds_dangerous_calls_even_where_a_comment_forbids_it(language):
    examination = examine(BAD, language)
    assert {f.line: (f.cwe, f.severity) for f in examination.findings} == EXPECTED
    assert {f.sources for f in examination.findings} == {("flawfinder",)}
    assert all(f.fingerprint and f.snippet for f in examination.findings)


def test_it_says_nothing_about_harmless_c():
    code = '#include <stdio.h>\n/* strcpy(a, b) */\nint main(void) { printf("gets(x)\\n"); }\n'
    assert examine(code, "c").findings == ()


def test_it_reads_code_that_does_not_parse():
    assert [f.cwe for f in examine("int f( {\n  gets(x);\n", "c").findings] == [242]


def test_it_counts_lines_as_everywhere_else():
    code = "/*\x0c*/\r/* \u2028 */\r\ngets(x);\r"
    assert [f.line for f in examine(code, "c").findings if f.cwe == 242] == [3]


def test_it_takes_no_silence_for_a_proof():
    dossier = forensic("int main(void) { return 0; }\n", "c")
    assert dossier.brief.score <= 6.0
    assert (dossier.assessment.stage, dossier.assessment.trusted_in_production) == (
        "unknown",
        False,
    )
    assert "flawfinder" in dossier.assessment.reason
    assert any("dangerous by their names" in said for said in dossier.not_checked)


def test_it_sees_that_a_rebuild_removed_a_finding_and_stays_low():
    rebuilt = BAD.replace("gets(name);", "fgets(name, sizeof name, stdin);")
    verdict = quality(BAD, rebuilt, "c")
    assert any("read without any bound" in said for said in verdict.improvements)
    assert verdict.confidence == "LOW"


def test_it_explains_every_kind_of_weakness_that_it_can_report():
    assert set(GROUPS.values()) | {"c-gets"} == set(RULES)
    assert all(explain(rule).cwe for rule in RULES)
