from tempfile import mktemp as fresh

def scratch(data):
    name = fresh(suffix=".csv")
    with open(name, "w", encoding="utf-8") as out:
        out.write(data)
    return name
