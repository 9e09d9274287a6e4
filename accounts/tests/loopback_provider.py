"""An OpenID Connect provider on loopback, in a process of its own, that can be told to misbehave.

oidc-provider-mock does the protocol; this adds `PUT /mischief`, which changes what its answers to
the token and discovery endpoints say until the next one: {"claims": {...}, "drop": [...],
"sign": "own" | "other" | "none" | "secret", "answer": {...}, "discovery": {...}}.
`/elsewhere/` redirects to its description. Prints its URL on the first line of its output.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import flask
import jwt
import oidc_provider_mock
from cryptography.hazmat.primitives.asymmetric import rsa
from oidc_provider_mock._storage import storage
from werkzeug.serving import make_server

app = oidc_provider_mock.app()
mischief: dict[str, Any] = {}


@app.put("/mischief")
def set_mischief() -> tuple[str, int]:
    mischief.clear()
    mischief.update(flask.request.json or {})
    return "", 204


@app.get("/elsewhere/.well-known/openid-configuration")
def lead_elsewhere() -> Any:
    return flask.redirect("/.well-known/openid-configuration")


@app.after_request
def misbehave(response: flask.Response) -> flask.Response:
    answer = response.get_json(silent=True)
    if flask.request.path == "/oauth2/token" and answer and "id_token" in answer:
        answer["id_token"] = changed(answer["id_token"])
        response.data = flask.json.dumps(answer | mischief.get("answer", {}))
    if flask.request.path.endswith("openid-configuration") and answer:
        response.data = flask.json.dumps(answer | mischief.get("discovery", {}))
    return response


def changed(token: str) -> str:
    """The token with the wished claims, signed in the wished way."""
    claims = jwt.decode(token, options={"verify_signature": False})
    claims |= mischief.get("claims", {})
    for name in mischief.get("drop", []):
        claims.pop(name, None)
    own = storage.jwk.as_dict(is_private=True)
    header = {"kid": own["kid"]} if "kid" in own else {}
    sign = mischief.get("sign", "own")
    if sign == "none":
        return jwt.encode(claims, "", algorithm="none", headers=header)
    if sign == "secret":
        public = storage.jwk.as_pem(is_private=False)
        return jwt.encode(claims, b"x" + public, algorithm="HS256", headers=header)
    key = jwt.PyJWK(own).key
    if sign == "other":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, key, algorithm="RS256", headers=header)


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 0, app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
