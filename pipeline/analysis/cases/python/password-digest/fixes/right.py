import hashlib
import os

def store_password(users, name, password):
    salt = os.urandom(16)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()
    users[name] = (salt, digest)
    return name
