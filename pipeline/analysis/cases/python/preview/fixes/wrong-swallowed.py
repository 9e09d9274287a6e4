import requests
from flask import Flask, request, jsonify

app = Flask(__name__)

@app.post("/preview")
def preview():
    url = request.json["url"]
    try:
        answer = requests.get(url, timeout=5)
    except Exception:
        return jsonify(status=0, body="")
    return jsonify(status=answer.status_code, body=answer.text[:200])
