import hashlib
import os

def store_password(users, name, password):
    salt = os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000).hex()
    users[name] = (salt, digest)
    return name
