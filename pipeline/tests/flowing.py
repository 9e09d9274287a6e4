"""Small web programs, and what the data-flow check says of them, worked out in this process."""

from pipeline.analysis.dataflow import scan

HEAD = """from flask import Flask, request
import os, subprocess, sqlite3
app = Flask(__name__)
@app.route('/', methods=['POST'])
def view():
    param = request.form.get('x')
"""
FIRST = HEAD.count("\n") + 1


def rules(code: str) -> set[str]:
    """The rules under which a text has findings, without their common beginning."""
    found = scan.task({"code": code})["findings"]
    return {finding["rules"][0].removeprefix("flow-") for finding in found}


def of_view(body: str) -> set[str]:
    """The rules for a view in which ``param`` comes from the request."""
    lines = body.strip("\n").split("\n")
    return rules(HEAD + "".join(f"    {line}\n" for line in lines))


def reaches(steps: str, sink: str = "os.system(bar)") -> bool:
    """Whether ``param`` still comes to a sink in ``bar`` after these steps."""
    return bool(of_view(f"{steps.strip()}\n{sink}"))
