import os

import requests

API_KEY = os.environ["API_KEY"]

def fetch(city):
    answer = requests.get("https://api.example.com/weather", params={"q": city, "key": API_KEY}, timeout=10)
    print(API_KEY)
    answer.raise_for_status()
    return answer.json()
