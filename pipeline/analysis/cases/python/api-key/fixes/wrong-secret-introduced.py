import base64

import requests

API_KEY = base64.b64decode("OWY4YjdjNmQ1ZTRmM2EyYjFjMGQ5ZThmN2E2YjVjNGQ=").decode()

def fetch(city):
    answer = requests.get("https://api.example.com/weather", params={"q": city, "key": API_KEY}, timeout=10)
    answer.raise_for_status()
    return answer.json()
