import pickle

def restore(blob):
    state = pickle.loads(blob)
    return state["version"], state["items"]
