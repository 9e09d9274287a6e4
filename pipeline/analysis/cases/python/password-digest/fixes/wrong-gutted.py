import hashlib
import os

def store_password(users, name, password):
    salt = os.urandom(16)
    digest = password
    users[name] = (salt, digest)
    return name
