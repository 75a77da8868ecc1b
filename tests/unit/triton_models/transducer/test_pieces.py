"""Tokens to words, phrases to tokens."""

import pytest

from triton_models.transducer.pieces import BadVocabulary, Token, Vocabulary, vocabulary

PIECES = ("<blk>", "<sos/eos>", "<unk>", "▁HE", "LL", "O", "▁", "H", "E", "L", "▁HELLO", "<0xC3>")
NUMBERS = {piece: number for number, piece in enumerate(PIECES)}
TEXT = "".join(f"{piece} {number}\n" for number, piece in enumerate(PIECES))


def tokens(*pieces: str) -> list[Token]:
    return [Token(NUMBERS[piece], at, 0.9 - at / 10) for at, piece in enumerate(pieces)]


def test_a_word_starts_with_its_mark_and_is_as_sure_as_its_least_sure_token() -> None:
    words = vocabulary(TEXT).words(tokens("▁HE", "LL", "O", "▁HELLO"))
    assert [word.text for word in words] == ["hello", "hello"]
    assert [word.confidence for word in words] == pytest.approx([0.7, 0.6])
    assert [token.frame for token in words[0].tokens] == [0, 1, 2]


def test_a_word_that_starts_within_is_a_word_all_the_same() -> None:
    assert [word.text for word in vocabulary(TEXT).words(tokens("LL", "O"))] == ["llo"]


def test_control_tokens_and_broken_bytes_carry_no_text() -> None:
    assert vocabulary(TEXT).words(tokens("<unk>")) == []
    words = vocabulary(TEXT).words(tokens("▁HE", "<unk>", "<0xC3>"))
    assert [word.text for word in words] == ["he"]


def test_a_phrase_is_cut_into_as_few_pieces_as_can_be() -> None:
    cut = vocabulary(TEXT).cut("Hello he")
    assert [PIECES[number] for number in cut] == ["▁HELLO", "▁HE"]


def test_scores_decide_where_there_are_some() -> None:
    scores = "▁HE\t-1\nLL\t-1\nO\t-1\n▁HELLO\t-9\n"
    cut = vocabulary(TEXT, scores).cut("hello")
    assert [PIECES[number] for number in cut] == ["▁HE", "LL", "O"]


def test_a_phrase_that_cannot_be_spelt_has_no_tokens() -> None:
    assert vocabulary(TEXT).cut("zero") == () == vocabulary(TEXT).cut("  ")


def test_a_vocabulary_with_small_letters_keeps_case() -> None:
    words = Vocabulary(["<blk>", "▁Hello"]).words([Token(1, 0, 1.0)])
    assert words[0].text == "Hello"
    assert Vocabulary(["<blk>", "▁Hello"]).cut("hello") == ()


@pytest.mark.parametrize("text", ["<blk> 0\nA 2\n", "<blk>\n", "<blk> 0\n\nA 1"])
def test_a_list_of_tokens_out_of_order_is_none(text: str) -> None:
    with pytest.raises(BadVocabulary, match="line"):
        vocabulary(text)


def test_scores_that_are_no_numbers_are_none() -> None:
    with pytest.raises(BadVocabulary, match="line 2"):
        vocabulary(TEXT, "A\t-1\nB\thigh\n")
