from flask import Flask, Markup, request

app = Flask(__name__)

@app.route("/hello")
def hello():
    name = request.args.get("name", "you")
    return Markup("<h1>Hello " + name + "</h1>")
