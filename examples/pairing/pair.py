#!/usr/bin/env python3
"""Pairs this machine with a Roost gateway, by the code that 'roost app pair' shows: pair.py HOST PORT CODE.

Prints the token, and writes the gateway's CA to ca.crt. See docs/logins.md.
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import ssl
import sys


def main(host, port, code):
    # The certificate is not checked this once: the proof below is made over it, and is worth nothing to whoever stands in between with another.
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    gateway = http.client.HTTPSConnection(host, int(port), context=unchecked, timeout=20)
    gateway.connect()
    seen = hashlib.sha256(gateway.sock.getpeercert(binary_form=True)).digest()

    key = hashlib.pbkdf2_hmac("sha512", code.encode(), b"roost-pairing-1" + seen, 210_000, 32)
    nonce = os.urandom(32)
    request = {"nonce": text(nonce), "proof": text(proof(key, b"app", nonce))}
    gateway.request("POST", "/api/v1/pairings/redeem", json.dumps(request), {"Content-Type": "application/json"})
    response = gateway.getresponse()
    answer = json.load(response)
    if response.status != 200:
        sys.exit(answer["message"])

    authority = hashlib.sha256(ssl.PEM_cert_to_DER_cert(answer["authority"])).digest()
    token = hashlib.sha256(answer["token"].encode()).digest()
    if not hmac.compare_digest(proof(key, b"gateway", nonce, token, authority), base64.b64decode(answer["proof"])):
        sys.exit("This is not the gateway that showed the code: nothing was kept.")

    with open("ca.crt", "w", encoding="ascii") as file:
        file.write(answer["authority"])
    print(answer["token"])


def proof(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def text(value):
    return base64.b64encode(value).decode()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
