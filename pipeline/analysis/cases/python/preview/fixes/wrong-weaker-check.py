import requests
from flask import Flask, request, jsonify

app = Flask(__name__)

@app.post("/preview")
def preview():
    url = request.json["url"]
    if "example.com" not in url:
        return jsonify(error="no"), 400
    answer = requests.get(url, timeout=5)
    return jsonify(status=answer.status_code, body=answer.text[:200])
