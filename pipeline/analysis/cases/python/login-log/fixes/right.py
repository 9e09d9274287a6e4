import logging
from flask import Flask, request

app = Flask(__name__)
logger = logging.getLogger(__name__)

@app.post("/login")
def login():
    user = request.form["user"]
    logger.info("Login attempt by %r", user)
    return "ok"
