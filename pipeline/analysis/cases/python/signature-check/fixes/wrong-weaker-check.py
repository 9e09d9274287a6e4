import hmac
import hashlib

def is_valid(secret, body, signature):
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected[:8], signature[:8])
