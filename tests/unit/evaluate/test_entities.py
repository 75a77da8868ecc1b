import pytest

from trunkline.evaluate.align import Said, align, reference_elements, shown_elements
from trunkline.evaluate.entities import (
    Masking,
    Recall,
    entity_recall,
    find_entities,
    masking,
    proper_names,
)
from trunkline.evaluate.leaks import ShownWord
from trunkline.evaluate.leg_alignment import LegAlignment
from trunkline.evaluate.reference import Entity as Annotated
from trunkline.evaluate.reference import Reference, Span, Turn, words

CARD = Span(
    kind="CARD", turn=0, channel=0, start_ms=1000, end_ms=2000, spoken="four two", canonical="42"
)


def call(
    text: str, *, pii: tuple[Span, ...] = (), entities: tuple[Annotated, ...] = ()
) -> Reference:
    turn = Turn(speaker="agent", channel=0, start_ms=0, end_ms=5000, text=text)
    return Reference(name="x", duration_ms=5000, turns=(turn,), pii=pii, entities=entities)


def found(reference: Reference) -> list[tuple[str, str]]:
    elements = reference_elements(list(words(reference, 0)))
    return [
        (one.kind, " ".join(e.text for e in elements[one.start : one.stop]))
        for one in find_entities(reference, elements, channel=0)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs forty two dollars and fifty cents.", [("number", "$42.50")]),
        ("Come on Monday the fourteenth of March.", [("date", "monday the 14th of march")]),
        ("This call may be recorded, they march on.", []),
        ("Until May the third, thanks.", [("date", "may the 3rd")]),
        ("You reached Harbor Point Bank.", [("name", "harbor point bank")]),
        ("Hello. This is it. I think I'm fine.", []),
        ("The Acme plan, the Blue plan.", [("name", "acme"), ("name", "blue")]),
        ("Gate 42 at Luton.", [("number", "42"), ("name", "luton")]),
        ("One moment.", []),
    ],
)
def test_entities_are_told_from_the_reference(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(call(text)) == expected


def test_personal_data_is_no_entity() -> None:
    assert found(call("my card is four two thanks", pii=(CARD,))) == []


def test_annotated_entities_go_by_their_kind() -> None:
    entities = (Annotated(kind="Product", turn=0, spoken="red router"),)
    assert found(call("I want the red router.", entities=entities)) == [("product", "red router")]


def test_names_are_runs_of_capitals_inside_a_sentence() -> None:
    reference = call("Thanks, Port View Hotel here, in Leeds. Anything else? Ask Tom, Ann.")
    assert [name for _, name in proper_names(reference, 0)] == [
        "Port View Hotel", "Leeds", "Tom", "Ann",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ("go to Harbor Point at ten thirty", {"name": Recall(1, 1), "number": Recall(1, 1)}),
        ("go to harbour pint at 10 30", {"name": Recall(1, 0), "number": Recall(1, 1)}),
        ("go to Harbor Point at ten", {"name": Recall(1, 1), "number": Recall(1, 0)}),
    ],
)
def test_an_entity_is_found_only_whole(came: str, expected: dict[str, Recall]) -> None:
    reference = call("Go to Harbor Point at ten thirty.")
    elements = reference_elements(list(words(reference, 0)))
    shown = shown_elements([Said(text, 0, 0) for text in came.split()])
    entities = find_entities(reference, elements, channel=0)
    assert (
        entity_recall(entities, LegAlignment(0, elements, shown, align(elements, shown)))
        == expected
    )


def test_masked_means_a_token_in_the_place_and_of_the_kind() -> None:
    other = Span(
        **{f: getattr(CARD, f) for f in CARD.__struct_fields__} | {"start_ms": 4000, "end_ms": 4500}
    )
    tokens = [
        ShownWord("[card]", 1100, 1900, 0, "card"),
        ShownWord("[number]", 4100, 4400, 0, "number"),
        ShownWord("[card]", 4100, 4400, 1, "card"),
    ]
    assert masking([CARD, other], tokens) == {"CARD": Masking(2, masked=2, as_kind=1)}
    assert masking([CARD], []) == {"CARD": Masking(1)}
