import requests
from flask import Flask, request, jsonify

app = Flask(__name__)

@app.post("/preview")
def preview():
    url = request.json["url"]
    answer = requests.get("https://example.com/", timeout=5)
    return jsonify(status=answer.status_code, body=answer.text[:200])
