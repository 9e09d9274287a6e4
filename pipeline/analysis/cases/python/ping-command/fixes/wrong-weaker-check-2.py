import os
from flask import Flask, request

app = Flask(__name__)

@app.route("/ping")
def ping():
    host = request.args["host"]
    for sign in ";|&`$":
        host = host.replace(sign, "")
    output = os.popen("ping -c 1 " + host).read()
    return output, 200, {"Content-Type": "text/plain"}

@app.route("/health")
def health():
    return "ok"
