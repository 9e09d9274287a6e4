from random import choice as pick
import string

ALPHABET = string.ascii_letters + string.digits

def reset_token(length=32):
    return "".join(pick(ALPHABET) for _ in range(length))
