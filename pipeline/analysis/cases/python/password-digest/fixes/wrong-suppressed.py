import hashlib
import os

def store_password(users, name, password):
    salt = os.urandom(16)
    digest = hashlib.md5(salt + password.encode(), usedforsecurity=False).hexdigest()
    users[name] = (salt, digest)
    return name
