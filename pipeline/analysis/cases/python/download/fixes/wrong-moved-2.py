import requests

def _get(url):
    session = requests.Session()
    session.verify = False
    return session.get(url, timeout=30)


def download(url, path):
    answer = _get(url)
    with open(path, "wb") as out:
        out.write(answer.content)
    return len(answer.content)
