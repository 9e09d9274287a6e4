import os

def publish(path, text):
    with open(path, "a", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path, 0o644)
    return path
