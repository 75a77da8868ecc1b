"""Tokens to text and words."""

from triton_models.tokens import SpokenWord, Vocabulary


def table(*entries: bytes) -> bytes:
    """`tokenizer.bin` of these entries."""
    sizes = (
        bytes([len(e)]) if len(e) < 128 else bytes([len(e) % 128 + 128, len(e) // 128])
        for e in entries
    )
    return b"".join(size + entry for size, entry in zip(sizes, entries, strict=True))


SPACE = "\u2581".encode()
VOCABULARY = Vocabulary(
    table(
        *(b"<unk>", b"<s>", b"</s>", SPACE + b"Hel", b"lo", b",", SPACE + b"4", b"2"),
        *(b"<0xC3>", b"<0xA9>", SPACE, b"x" * 300),
    )
)


def test_entries_of_any_length_are_read() -> None:
    assert len(VOCABULARY) == 12
    assert VOCABULARY.text([11]) == "x" * 300


def test_text_joins_pieces_and_bytes() -> None:
    assert VOCABULARY.text([1, 3, 4, 5, 6, 7, 2]) == "Hello, 42"
    assert VOCABULARY.text([10, 8, 9]) == "é"


def test_a_word_is_as_sure_as_its_least_sure_token_that_is_not_punctuation() -> None:
    words = VOCABULARY.words([3, 4, 5, 6, 7], [0.9, 0.8, 0.1, 0.7, 0.6])
    assert words == [SpokenWord("Hello,", 0.8, 3), SpokenWord("42", 0.6, 5)]


def test_half_a_character_is_left_out() -> None:
    assert VOCABULARY.text([3, 8]) == "Hel"
    assert VOCABULARY.words([10], [0.5]) == []


def test_text_is_taken_apart_by_the_earliest_pieces() -> None:
    pieces = (b"ab", b"bc", b"abc", SPACE + b"abc", b"a", b"b", b"c", SPACE)
    vocabulary = Vocabulary(table(b"<unk>", b"<s>", b"</s>", *pieces, b"<0xC3>", b"<0xA9>"))
    assert vocabulary.encode("abc") == (6,)
    assert vocabulary.encode("bc ab") == (10, 4, 10, 3)
    assert vocabulary.encode("\u00e9") == (10, 11, 12)


def test_tokens_with_other_characters_than_allowed_are_told() -> None:
    banned = VOCABULARY.without("Helo,")
    assert [number for number in range(12) if banned[number]] == [6, 7, 8, 9, 11]
