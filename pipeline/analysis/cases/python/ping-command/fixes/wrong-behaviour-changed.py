import subprocess
from flask import Flask, request

app = Flask(__name__)

@app.route("/ping")
def ping():
    host = request.args["host"]
    output = subprocess.run(["ping", "-c", "100", "--", host], capture_output=True, text=True, check=False).stdout
    return output, 200, {"Content-Type": "text/plain"}

@app.route("/health")
def health():
    return "ok"
