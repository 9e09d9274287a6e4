import ipaddress
import subprocess
from flask import Flask, request

app = Flask(__name__)

@app.route("/ping")
def ping():
    host = request.args["host"]
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        return "invalid host", 400
    output = subprocess.run(["ping", "-c", "1", address], capture_output=True, text=True, check=False, timeout=10).stdout
    return output, 200, {"Content-Type": "text/plain"}

@app.route("/health")
def health():
    return "ok"
