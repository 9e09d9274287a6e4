from flask import Flask, redirect, request

app = Flask(__name__)
PLACES = {"/", "/home"}

@app.route("/login", methods=["POST"])
def login():
    target = request.args.get("next", "/")
    if target not in PLACES:
        target = "/"
    return redirect(target)
