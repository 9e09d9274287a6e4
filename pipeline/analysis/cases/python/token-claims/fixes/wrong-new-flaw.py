import jwt

KEY = open("/etc/app/key").read()

def user_of(token):
    claims = jwt.decode(token, KEY, algorithms=["HS256", "none"])
    return claims["sub"]
