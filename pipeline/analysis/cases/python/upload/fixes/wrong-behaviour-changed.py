import os
from flask import Flask, request
from werkzeug.utils import secure_filename

app = Flask(__name__)
FOLDER = "/srv"

@app.post("/upload")
def upload():
    sent = request.files["file"]
    sent.save(os.path.join(FOLDER, secure_filename(sent.filename)))
    return {"saved": sent.filename}, 201
