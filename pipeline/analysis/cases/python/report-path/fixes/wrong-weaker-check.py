import os
from flask import Flask, request, abort

app = Flask(__name__)
BASE = "/srv/reports"

@app.route("/report")
def report():
    name = request.args.get("name", "")
    if ".." in name:
        abort(404)
    path = os.path.join(BASE, name)
    with open(path) as handle:
        return handle.read()
