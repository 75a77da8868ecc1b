"""The party's level beside the room's."""

from triton_models.foreground import Foreground, Level


def power(db: float) -> float:
    """Mean square of so many dB below full scale."""
    return float(10 ** (db / 10))


def last(foreground: Foreground, probability: float, *, db: float, windows: int) -> Level:
    """The level after so many windows of one loudness."""
    levels = [foreground.receive(probability, power(db)) for _ in range(windows)]
    return levels[-1]


def test_before_anything_is_heard_the_nominal_level_counts() -> None:
    assert round(last(Foreground(), 0.0, db=-46.0, windows=1).below_party_db) == 20


def test_the_level_rises_to_a_loud_party_at_once_and_falls_to_a_quiet_one_slowly() -> None:
    foreground = Foreground()
    assert last(foreground, 0.99, db=-16.0, windows=15).below_party_db < 1.0
    quiet = [last(foreground, 0.99, db=-30.0, windows=30).below_party_db for _ in range(8)]
    assert quiet == sorted(quiet, reverse=True)
    assert quiet[0] > 6.0
    assert quiet[-1] < 1.0


def test_babble_does_not_lower_the_level() -> None:
    foreground = Foreground()
    last(foreground, 0.99, db=-20.0, windows=30)
    assert last(foreground, 0.7, db=-36.0, windows=300).below_party_db > 13.0


def test_the_room_is_the_quietest_of_the_last_seconds() -> None:
    foreground = Foreground()
    last(foreground, 0.0, db=-60.0, windows=40)
    assert round(last(foreground, 0.99, db=-25.0, windows=40).above_room_db) == 35
    assert last(foreground, 0.99, db=-25.0, windows=31 * 9).above_room_db < 1.0
