import dill

def restore(blob):
    state = dill.loads(blob)
    return state["version"], state["items"]
