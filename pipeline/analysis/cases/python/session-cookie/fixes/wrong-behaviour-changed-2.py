from flask import Flask, make_response
import secrets

app = Flask(__name__)

@app.post("/login")
def login():
    response = make_response("welcome")
    response.set_cookie("sid", secrets.token_hex(32), max_age=3600, secure=True, httponly=True, samesite="Lax")
    return response
