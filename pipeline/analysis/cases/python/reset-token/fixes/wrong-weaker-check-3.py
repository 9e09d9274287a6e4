import secrets
import string

ALPHABET = string.digits

def reset_token(length=32):
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
