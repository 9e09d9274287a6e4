import os

def publish(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path
