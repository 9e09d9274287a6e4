import pickle

def restore(blob):
    state = pickle.loads(blob)  # nosec B301
    return state["version"], state["items"]
