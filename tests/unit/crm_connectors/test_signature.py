from crm_connectors.signature import sign, verify

SECRET = b"whsec-0123456789abcdef"
BODY = b'{"event":"call.finalised"}'
# printf '1767225600.{"event":"call.finalised"}' | openssl dgst -sha256 -hmac whsec-0123456789abcdef
VECTOR = "v1=1ae00d092739d79ffce95b20b6dfec9b012a2b4e9ac166714e1cf16929786808"


def test_the_signature_is_what_openssl_computes() -> None:
    assert sign(BODY, SECRET, timestamp=1767225600) == VECTOR


def test_a_true_signature_verifies() -> None:
    assert verify(BODY, SECRET, timestamp=1767225600, signature=VECTOR)


def test_one_true_signature_among_several_verifies() -> None:
    old = sign(BODY, b"the key before this one", timestamp=1767225600)
    assert verify(BODY, SECRET, timestamp=1767225600, signature=f"{old}, {VECTOR}")


def test_another_body_time_key_or_version_does_not_verify() -> None:
    assert not verify(BODY + b" ", SECRET, timestamp=1767225600, signature=VECTOR)
    assert not verify(BODY, SECRET, timestamp=1767225601, signature=VECTOR)
    assert not verify(BODY, SECRET + b"0", timestamp=1767225600, signature=VECTOR)
    assert not verify(BODY, SECRET, timestamp=1767225600, signature=VECTOR.replace("v1", "v2"))
    assert not verify(BODY, SECRET, timestamp=1767225600, signature="")
    assert not verify(BODY, SECRET, timestamp=1767225600, signature="v1=é")
