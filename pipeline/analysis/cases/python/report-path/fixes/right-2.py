from pathlib import Path
from flask import Flask, request, abort

app = Flask(__name__)
BASE = "/srv/reports"

@app.route("/report")
def report():
    name = request.args.get("name", "")
    path = (Path(BASE) / name).resolve()
    if not path.is_relative_to(BASE):
        abort(403)
    with open(path) as handle:
        return handle.read()
