import requests

CHECK = False


def download(url, path):
    answer = requests.get(url, verify=CHECK, timeout=30)
    with open(path, "wb") as out:
        out.write(answer.content)
    return len(answer.content)
