import yaml

DEFAULTS = {"retries": 5}

def load_settings(path):
    with open(path, encoding="utf-8") as stream:
        data = yaml.safe_load(stream)
    return {**DEFAULTS, **data}
