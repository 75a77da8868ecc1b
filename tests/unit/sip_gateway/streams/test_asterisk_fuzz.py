"""Bytes and messages that no Asterisk sends: each ends its own session at most, and soon."""

import random
import time
import tracemalloc
from pathlib import Path

import pytest

from sip_gateway.streams.dialect import StreamSession
from sip_gateway.streams.heard import StreamEnded
from tests.mutations import mutate
from tests.stream_dialects import session

ROUNDS = 2000
MOST_BYTES = 300_000
FOLDER = Path(__file__).parents[3] / "data" / "fuzz"
CORPUS = {
    (name, path.name): path.read_bytes()
    for name in ("audiosocket", "chan_websocket")
    for path in sorted((FOLDER / name).iterdir())
}


def give(playing: StreamSession, name: str, data: bytes) -> None:
    """One message, or the bytes of a connection."""
    if name == "audiosocket":
        playing.receive_audio(data, now=1.0)
    else:
        playing.receive_text(data.decode(errors="replace"))
        playing.receive_audio(data[:320], now=1.0)


@pytest.mark.parametrize(("name", "file"), CORPUS)
def test_nothing_of_the_corpus_raises_or_costs_much(name: str, file: str) -> None:
    began = time.process_time()
    playing = session(name)
    give(playing, name, CORPUS[name, file])
    playing.take()
    playing.receive_close()
    assert sum(map(len, playing.to_send())) < 100
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("name", ["audiosocket", "chan_websocket"])
def test_mutated_connections_end_themselves_and_leave_nothing(name: str) -> None:
    chance = random.Random(9019)
    seeds = [data for (dialect, _), data in CORPUS.items() if dialect == name]
    good, opened, ended = session(name), 0, 0
    give(good, name, CORPUS[name, "whole.bin" if name == "audiosocket" else "start.txt"][:1000])
    before = len(good.take())
    tracemalloc.start()
    try:
        held = tracemalloc.get_traced_memory()[0]
        for _ in range(ROUNDS):
            playing = session(name)
            for _ in range(3):
                give(playing, name, mutate(chance.choice(seeds), chance))
            opened += playing.opened
            playing.receive_close()
            ended += sum(isinstance(event, StreamEnded) for event in playing.take())
            playing.disconnect("completed", "over")
            assert playing.closed
        assert tracemalloc.get_traced_memory()[0] - held < MOST_BYTES
    finally:
        tracemalloc.stop()
    assert ROUNDS // 20 < opened < ROUNDS and ended <= opened
    assert before and good.take() == []


def test_what_a_peer_makes_a_session_keep_is_bounded() -> None:
    sockets, channel = session("audiosocket"), session("chan_websocket")
    tracemalloc.start()
    try:
        sockets.receive_audio(CORPUS["audiosocket", "length_of_the_uuid_lies.bin"], now=1.0)
        for _ in range(3000):
            sockets.receive_audio(bytes(20), now=1.0)
            channel.receive_audio(b"\x7f", now=1.0)
        assert tracemalloc.get_traced_memory()[0] < MOST_BYTES
    finally:
        tracemalloc.stop()
    assert channel.closed
