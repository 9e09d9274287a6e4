import _pickle as p

def restore(blob):
    state = p.loads(blob)
    return state["version"], state["items"]
