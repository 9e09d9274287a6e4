import io
import pickle

def restore(blob):
    state = pickle.Unpickler(io.BytesIO(blob)).load()
    return state["version"], state["items"]
