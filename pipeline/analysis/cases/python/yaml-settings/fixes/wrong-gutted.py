import yaml

DEFAULTS = {"retries": 3}

def load_settings(path):
    with open(path, encoding="utf-8") as stream:
        data = {}
    return {**DEFAULTS, **data}
