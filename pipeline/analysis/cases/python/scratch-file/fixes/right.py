import tempfile

def scratch(data):
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", delete=False) as out:
        out.write(data)
    return out.name
