"""Ways in which bytes go wrong, for fuzz tests: seeded, so that every run is the same."""

import random
from collections.abc import Callable, Sequence

SPLICES = [b"\r\n", b"\r\n\r\n", b"\0", b'"', b"<", b">", b";", b",", b":", b"%", b"\xff\xc0"]
SPLICES += [b"9" * 30, b"-1", b"tag=", b"sip:", b"SIP/2.0", b"z9hG4bK", b"--b", b"a=", b"m=audio "]
SPLICES += [b"&a;", b"<![CDATA[", b"<!DOCTYPE r>", b"</", b"{", b"}", b"[", b'"type"', b"1e999"]
SPLICES += [b"\\ud800", b"\\u0000", "\u0663\u202e".encode(), b" " * 300]

Mutation = Callable[[bytes, random.Random], bytes]


def cut(data: bytes, chance: random.Random) -> bytes:
    """Its end is missing."""
    return data[: chance.randrange(len(data) + 1)]


def flip(data: bytes, chance: random.Random) -> bytes:
    """A few bytes are others."""
    changed = bytearray(data or b"x")
    for _ in range(chance.randint(1, 5)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def splice(data: bytes, chance: random.Random) -> bytes:
    """Something stands where it must not."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(SPLICES) + data[at:]


def drop(data: bytes, chance: random.Random) -> bytes:
    """A line is missing."""
    lines = data.split(b"\r\n")
    del lines[chance.randrange(len(lines))]
    return b"\r\n".join(lines)


def repeat(data: bytes, chance: random.Random) -> bytes:
    """A line is there again, somewhere."""
    lines = data.split(b"\r\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"\r\n".join(lines)


MUTATIONS: Sequence[Mutation] = (cut, flip, splice, drop, repeat)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Mutated up to four times; sometimes not at all."""
    for _ in range(chance.choice([0, 1, 1, 1, 2, 4])):
        data = chance.choice(MUTATIONS)(data, chance)
    return data
