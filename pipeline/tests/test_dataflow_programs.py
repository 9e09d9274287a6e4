"""An option ``-c`` hands text to a shell or interpreter, and a number to many other programs."""

import pytest

from pipeline.tests.flowing import of_view


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("['sh', '-c', param]", True),
        ("['/bin/bash', '-c', 'ls ' + param]", True),
        ("['python3', '-c', param]", True),
        ("[param, '-c', '1']", True),
        ("['ping', '-c', '1', param]", False),
        ("['git', '-c', 'a=b', 'log', param]", False),
    ],
)
def test_it_follows_the_option_to_programs_that_run_what_it_says(command: str, told: bool):
    assert ("shell" in of_view(f"subprocess.run({command})")) is told
