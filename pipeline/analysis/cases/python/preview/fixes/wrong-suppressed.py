import requests
from flask import Flask, request, jsonify

app = Flask(__name__)

@app.post("/preview")
def preview():
    url = request.json["url"]
    answer = requests.get(url, timeout=5)  # noqa: S113
    return jsonify(status=answer.status_code, body=answer.text[:200])
