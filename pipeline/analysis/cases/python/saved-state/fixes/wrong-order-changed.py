import json

def restore(blob):
    state = json.loads(blob)
    return state["items"], state["version"]
