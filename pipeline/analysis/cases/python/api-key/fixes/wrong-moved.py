import requests

CITY_VALUE = "9f8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"

def fetch(city):
    answer = requests.get("https://api.example.com/weather", params={"q": city, "key": CITY_VALUE}, timeout=10)
    answer.raise_for_status()
    return answer.json()
