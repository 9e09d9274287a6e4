import jwt
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()

def current_user(token, key):
    claims = jwt.decode(token, key, algorithms=["HS256"])
    return claims["sub"]

@app.get("/me")
def me(authorization: str = Header()):
    try:
        user = current_user(authorization.removeprefix("Bearer "), app.state.key)
    except jwt.InvalidTokenError:
        user = "guest"
    return {"user": user}
