import tempfile

def scratch(data):
    name = "/tmp/scratch.csv"
    with open(name, "w", encoding="utf-8") as out:
        out.write(data)
    return name
