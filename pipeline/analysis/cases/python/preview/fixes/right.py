from urllib.parse import urlsplit

import requests
from flask import Flask, request, jsonify

app = Flask(__name__)
ALLOWED = frozenset({"images.example.com"})

@app.post("/preview")
def preview():
    url = request.json["url"]
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in ALLOWED:
        return jsonify(error="not allowed"), 400
    answer = requests.get(url, timeout=5)
    return jsonify(status=answer.status_code, body=answer.text[:200])
