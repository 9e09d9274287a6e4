import jwt

KEY = open("/etc/app/key").read()

def user_of(token):
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.PyJWTError:
        claims = {"sub": "guest"}
    return claims["sub"]
