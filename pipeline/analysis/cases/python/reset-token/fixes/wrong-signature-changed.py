import secrets
import string

ALPHABET = string.ascii_letters + string.digits

def reset_token(length):
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
