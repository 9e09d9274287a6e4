import random
import string

ALPHABET = string.ascii_letters + string.digits

def reset_token(length=32):
    random.seed()
    return "".join(random.choice(ALPHABET) for _ in range(length))
