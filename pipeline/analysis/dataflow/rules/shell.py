"""Values from outside in commands, and as the program that is started."""

from __future__ import annotations

import re

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import UNKNOWN, Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

RUNS_TEXTS = re.compile(
    r"(?:^|[/\\])(?:\w*sh|cmd|powershell|python[\d.]*|perl|ruby|node|php|lua|env|su|sudo|ssh|xargs"
    r"|nohup|timeout|nice|busybox|docker)(?:\.exe)?$",
    re.IGNORECASE,
)
COMMAND_OPTIONS = ("-c", "/c", "/C", "-Command", "/k", "-lc", "-ec")


def _command(call: Call) -> list[Value]:
    """The whole command where a shell reads it; else the program, and what a shell is told."""
    command = call.argument(0, "args", "cmd", "command")
    if command is None:
        return []
    if command.items is None or call.flag("shell"):
        return [command] if call.flag("shell") or not _is_list(command) else []
    return _told(command.items)


def _is_list(command: Value) -> bool:
    return "list" in command.traits


def _told(items: tuple[Value, ...]) -> list[Value]:
    """The program, and everything behind an option such as ``-c`` of one that runs texts."""
    if items and isinstance(items[0].const, str) and not RUNS_TEXTS.search(items[0].const):
        return [*items[:1]]
    option = next((i for i, item in enumerate(items) if item.const in COMMAND_OPTIONS), None)
    return [*items[:1], *(items[option + 1 :] if option is not None else ())]


def _whole(call: Call) -> list[Value]:
    """``os.execv`` and its like: the program and the list of its arguments."""
    chosen = list(call.args[:1])
    if len(call.args) > 1 and call.args[1].items is not None:
        chosen += _told(call.args[1].items)
    return chosen


def _spawned(call: Call) -> list[Value]:
    return _told(tuple(call.args[1:] if "spawn" in call.name else call.args))


def _remote(call: Call) -> bool:
    """``exec_command`` and ``run`` of a connection, not every ``run``."""
    return call.receiver.const is UNKNOWN and bool(
        call.modules & {"paramiko", "fabric", "invoke", "asyncssh", "docker"}
    )


SHELL = Family(
    name="shell",
    about=Explanation(
        78,
        Severity.CRITICAL,
        "A value from outside becomes part of a command",
        "The command, or the program to start, is put together with it.",
        "Whoever sends the value can run other commands with this program's rights.",
        "Pass a list of arguments without shell=True and a fixed program in front; where a shell "
        "is needed, put each value through shlex.quote.",
    ),
    sinks=(
        Sink(
            words(
                "os.system os.popen os.popen2 os.popen3 os.popen4 subprocess.getoutput"
                " subprocess.getstatusoutput commands.getoutput commands.getstatusoutput"
                " asyncio.create_subprocess_shell popen2.popen2 popen2.popen3 pty.spawn"
                " pexpect.spawn pexpect.run platform.popen"
            ),
            names=words("command cmd"),
        ),
        Sink(
            words(
                "subprocess.run subprocess.call subprocess.check_call subprocess.check_output"
                " subprocess.Popen"
            ),
            choose=_command,
        ),
        Sink(words("asyncio.create_subprocess_exec"), choose=_spawned),
        Sink(
            words("os.execv os.execve os.execvp os.execvpe os.posix_spawn os.startfile"),
            choose=_whole,
        ),
        Sink(
            words("os.execl os.execle os.execlp os.execlpe os.spawnl os.spawnlp os.spawnv"),
            choose=_spawned,
        ),
        Sink(words("*.exec_command *.exec_run *.sudo"), when=_remote),
    ),
    cleaners=words("shlex.quote pipes.quote shlex.join subprocess.list2cmdline"),
    judged=words("B602 B603 B604 B605 B606 B607 B609 B601"),
)
FAMILIES = (SHELL,)
