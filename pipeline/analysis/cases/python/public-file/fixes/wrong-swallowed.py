import os

def publish(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    try:
        os.chmod(path, 0o644)
    except OSError:
        pass
    return path
