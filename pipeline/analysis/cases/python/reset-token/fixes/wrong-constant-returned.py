import random
import string

ALPHABET = string.ascii_letters + string.digits

def reset_token(length=32):
    return "a" * length
