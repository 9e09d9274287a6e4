from urllib.parse import urlsplit

from flask import Flask, redirect, request

app = Flask(__name__)

@app.route("/login", methods=["POST"])
def login():
    target = request.args.get("next", "/")
    parts = urlsplit(target)
    if not (parts.netloc or parts.scheme):
        target = "/"
    return redirect(target)
