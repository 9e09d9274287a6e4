import requests

def download(url, path):
    answer = requests.get(url, timeout=30)
    with open(path, "wb") as out:
        out.write(answer.content)
    return len(answer.content)
