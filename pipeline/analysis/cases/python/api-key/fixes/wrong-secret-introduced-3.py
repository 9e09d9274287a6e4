import requests

API_KEY = "9f8b7c6d5e4f3a2b" + "1c0d9e8f7a6b5c4d"

def fetch(city):
    answer = requests.get("https://api.example.com/weather", params={"q": city, "key": API_KEY}, timeout=10)
    answer.raise_for_status()
    return answer.json()
