"""The words of `./dev` and what each of them starts."""

import sys
from collections.abc import Callable, Sequence

from . import checks, scripts, serve, suite
from .console import StopError, complain, say

HELP = """\
usage: ./dev COMMAND [ARGUMENT ...]

  run            set up and serve on http://127.0.0.1:8000 (PORT); Ctrl-C ends it
  test [...]     run the tests; arguments go to pytest, as in `./dev test -k limits`
  check          style, types, import directions, migrations, deployment settings
  bench [NAME]   measure something under benchmarks/; without a name, list them
  drill [NAME]   prove a promise by breaking things; without a name, list them

Every command makes .venv and installs what it needs by itself. DATABASE_URL and REDIS_URL choose
what run and test use; .env.example explains all variables."""

USAGE_ERROR = 2


def main(arguments: Sequence[str]) -> int:
    """Do what the first word asks; returns the exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        say(HELP)
        return 0 if arguments else USAGE_ERROR
    command = COMMANDS.get(arguments[0])
    if command is None:
        complain(f"there is no command {arguments[0]!r}; `./dev --help` lists them")
        return USAGE_ERROR
    try:
        return command(arguments[1:])
    except StopError as stop:
        complain(str(stop))
        return USAGE_ERROR
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130


def _run(arguments: Sequence[str]) -> int:
    _refuse_extra("run", arguments)
    return serve.serve()


def _check(arguments: Sequence[str]) -> int:
    _refuse_extra("check", arguments)
    return checks.check()


def _bench(arguments: Sequence[str]) -> int:
    return scripts.run_script("bench", arguments)


def _drill(arguments: Sequence[str]) -> int:
    return scripts.run_script("drill", arguments)


def _refuse_extra(name: str, arguments: Sequence[str]) -> None:
    if arguments:
        raise StopError(f"`./dev {name}` takes no arguments; `./dev --help` lists what there is")


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": _run,
    "test": suite.test,
    "check": _check,
    "bench": _bench,
    "drill": _drill,
}
