import os
from flask import Flask, request

app = Flask(__name__)

@app.route("/ping")
def ping():
    host = request.args["host"]
    run = os.popen
    output = run("ping -c 1 " + host).read()
    return output, 200, {"Content-Type": "text/plain"}

@app.route("/health")
def health():
    return "ok"
