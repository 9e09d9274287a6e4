import requests

def download(url, path):
    answer = requests.get(url, timeout=30)
    with open(path, "ab") as out:
        out.write(answer.content)
    return len(answer.content)
