"""What a peer answers to a challenge (RFC 7616), written apart from what checks it."""

import hashlib
import re

PASSWORD = "correct-horse-battery"
HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}


def nonce_of(challenge: str) -> str:
    found = re.search(r'nonce="([^"]+)"', challenge)
    assert found
    return found[1]


def proof(
    nonce: str, user: str = "sbc1", password: str = PASSWORD, *, nc: int = 1, kind: str = "SHA-256"
) -> str:
    """What a peer answers."""
    uri = "sip:line@192.0.2.9"

    def digest(text: str) -> str:
        return HASHES[kind](text.encode()).hexdigest()

    secret = digest(f"{user}:trunkline:{password}")
    response = digest(f"{secret}:{nonce}:{nc:08x}:c0ffee:auth:{digest(f'INVITE:{uri}')}")
    return (
        f'Digest username="{user}", realm="trunkline", nonce="{nonce}", uri="{uri}", '
        f'response="{response}", algorithm={kind}, cnonce="c0ffee", qop=auth, nc={nc:08x}'
    )
