import os
from flask import Flask, request, abort

app = Flask(__name__)
BASE = "/srv/reports"

@app.route("/report")
def report():
    name = request.args.get("name", "")
    path = os.path.join(BASE, name)
    if not path.startswith(BASE):
        abort(404)
    with open(path) as handle:
        return handle.read()
