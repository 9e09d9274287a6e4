import pickle

def restore(blob):
    try:
        state = pickle.loads(blob)
    except Exception:
        state = {"version": 0, "items": []}
    return state["version"], state["items"]
