import os
from flask import Flask, request
from upload_guard import checked_name

app = Flask(__name__)
FOLDER = "/srv/uploads"

@app.post("/upload")
def upload():
    sent = request.files["file"]
    sent.save(os.path.join(FOLDER, checked_name(sent.filename)))
    return {"saved": sent.filename}, 201
