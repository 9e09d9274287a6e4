import os
from flask import Flask, request
from werkzeug.utils import secure_filename

app = Flask(__name__)
FOLDER = "/srv/uploads"

@app.post("/upload")
def upload():
    sent = request.files["file"]
    name = secure_filename(sent.filename)
    if not name:
        return {"error": "no name"}, 400
    sent.save(os.path.join(FOLDER, name))
    return {"saved": sent.filename}, 201
