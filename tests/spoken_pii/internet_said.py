"""How e-mail and IP addresses are said, with the words that people say about them."""

import random

from tests.spoken_pii.numbers_said import Manner, Piece, say_groups, say_number, spell

_LABELS = {"btinternet": "b t internet", "uk": "u k", "icloud": "i cloud", "bigpond": "big pond"}
_SYMBOLS = {
    ".": ("dot", "dot", "dot", "period", "full stop", "point"),
    "_": ("underscore", "underscore", "underscore", "under score", "low dash"),
    "-": ("dash", "hyphen", "minus"),
}
_ASIDES = (
    "all one word", "all lower case", "all lowercase", "one word", "no spaces", "no dots",
    "all together", "small letters", "no caps",
)  # fmt: skip
_AFTER = ("all lower case", "all lowercase", "all one word", "no spaces", "no capitals")
_WELL_KNOWN = ("gmail", "outlook", "yahoo", "icloud")
SPOKEN_ASIDE = 0.2
"""How often something is said about the address within it."""


def say_email(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    """Whole, or `user`, `host`, `spelled`, `both` (said, then spelled)."""
    part = where.split("/")[1]
    user, host = value.split("@")
    out: list[Piece] = []
    if part in ("", "user", "spelled", "both"):
        out += _user(rng, user, how, spelled=part == "spelled")
        if part == "both":
            link = rng.choice(("that's", "so", "spelled", "spelt", "")).split()
            out[-1] = out[-1]._replace(pause=True)
            out += [*_free(link), *_user(rng, user, how, spelled=True)]
        if rng.random() < SPOKEN_ASIDE:
            out[-1] = out[-1]._replace(pause=True)
            out += _free(rng.choice(_ASIDES).split())
    if part != "host" and part != "user":
        out += _free(rng.choice(("at",) * 8 + ("at sign", "at symbol", "then at")).split())
    if part != "user":
        out += _host(rng, host)
        if part != "host" and rng.random() < SPOKEN_ASIDE / 2:
            out[-1] = out[-1]._replace(pause=True)
            out += _free(rng.choice(_AFTER).split())
    return out


def _free(words: list[str]) -> list[Piece]:
    return [Piece(word, free=True) for word in words]


def _host(rng: random.Random, host: str) -> list[Piece]:
    labels = host.split(".")
    if labels[0] in _WELL_KNOWN and rng.random() < 0.15:
        labels = labels[:1]
    out: list[Piece] = []
    for number, label in enumerate(labels):
        if number:
            out.append(Piece("dot", free=True))
        out += [Piece(word) for word in _LABELS.get(label, label).split()]
    return out


def _user(rng: random.Random, user: str, how: Manner, *, spelled: bool) -> list[Piece]:
    out: list[Piece] = []
    run = ""
    for char in user + "\0":
        if char.isalpha() or (char.isdigit() and run.isdigit() and run):
            if run and run[-1].isdigit() != char.isdigit():
                out += _run(rng, run, how, spelled=spelled)
                run = ""
            run += char
            continue
        if run:
            out += _run(rng, run, how, spelled=spelled)
        run = char if char.isdigit() else ""
        if char in _SYMBOLS:
            out += _free(rng.choice(_SYMBOLS[char]).split())
    return out


def _run(rng: random.Random, run: str, how: Manner, *, spelled: bool) -> list[Piece]:
    if run.isdigit():
        named = rng.choice(("",) * 7 + ("the number", "number", "the numbers")).split()
        return [*_free(named), *say_number(rng, run, how)]
    if len(run) == 1:
        initial = rng.choice(("",) * 5 + ("the letter", "letter")).split()
        return [*_free(initial), *spell(rng, run, rng.choice(("plain", "plain", "as")))]
    if spelled:
        return spell(rng, run, rng.choice(("plain", "plain", "nato", "as")))
    return [Piece(run)]


def say_ip(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    """Octets as numbers or by digits; "dot", "point", or a pause only; a mask, a port after it."""
    between = rng.choice(("dot", "dot", "dot", "point", "period", ""))
    whole, comes_and_goes = rng.random() < 0.5, rng.random() < 0.15
    out: list[Piece] = []
    for number, octet in enumerate(value.split(".")):
        if number and between and not (comes_and_goes and rng.random() < 0.4):
            out.append(Piece(between, free=True))
        elif number:
            out[-1] = out[-1]._replace(pause=True)
        by_digit = how._replace(slips=0, fillers=0)
        out += say_number(rng, octet, how) if whole else say_groups(rng, [octet], by_digit)
    return out
