"""What a job keeps on disk."""

from pathlib import Path

import pytest

from triton_models.events import Word
from triton_models.hypothesis import Hypothesis
from trunkline.batch.hear import HeardGroup, HeardPiece
from trunkline.batch.job import Busy, Known, folder_for, opened
from trunkline.batch.quality import Sound

CANARY = "xylophonic"
KNOWN = Known("10:1", "opt", "abc", is_done=False)


def group(number: int) -> HeardGroup:
    word = Word(text=CANARY, start_ms=0, end_ms=300, confidence=0.9)
    hypothesis = Hypothesis(
        segment_ms=0, revision=1, is_final=True, start_ms=0, end_ms=300, audio_end_ms=300,
        words=(word,),
    )  # fmt: skip
    sound = Sound(16000, 0, (0,), (0,), 0.5, 0.25, 7)
    return HeardGroup(number, 1000, (HeardPiece(0, (hypothesis,), sound),), 0.01)


def test_what_was_heard_is_there_after_it_is_opened_again(tmp_path: Path) -> None:
    with opened(tmp_path / "job", key_file=tmp_path / "key") as job:
        job.begin("/a.wav", KNOWN)
        job.keep("/a.wav", group(0))
        job.keep("/a.wav", group(2))
    with opened(tmp_path / "job", key_file=tmp_path / "key") as job:
        assert job.known("/a.wav") == KNOWN
        assert job.heard("/a.wav") == {0: group(0), 2: group(2)}
        assert job.known("/b.wav") is None and job.heard("/b.wav") == {}


def test_raw_words_are_sealed_and_gone_once_the_file_is_done(tmp_path: Path) -> None:
    with opened(tmp_path / "job", key_file=tmp_path / "key") as job:
        job.begin("/a.wav", KNOWN)
        job.keep("/a.wav", group(0))
        for path in (tmp_path / "job").iterdir():
            assert CANARY.encode() not in path.read_bytes()
        job.finish("/a.wav", b"{}", cpu_s=1.5)
        assert job.heard("/a.wav") == {}
        assert job.transcript("/a.wav") == b"{}"
        found = job.known("/a.wav")
        assert found is not None and found.is_done


def test_with_another_key_it_is_heard_again(tmp_path: Path) -> None:
    with opened(tmp_path / "job", key_file=tmp_path / "key") as job:
        job.begin("/a.wav", KNOWN)
        job.keep("/a.wav", group(0))
    with opened(tmp_path / "job", key_file=tmp_path / "other") as job:
        assert job.heard("/a.wav") == {}


def test_beginning_anew_forgets_what_was_heard(tmp_path: Path) -> None:
    with opened(tmp_path / "job", key_file=tmp_path / "key") as job:
        job.begin("/a.wav", KNOWN)
        job.keep("/a.wav", group(0))
        job.begin("/a.wav", KNOWN._replace(sha256="def"))
        assert job.heard("/a.wav") == {}


def test_a_second_run_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    folder, key_file = tmp_path / "job", tmp_path / "key"
    with (
        opened(folder, key_file=key_file),
        pytest.raises(Busy, match=r"process \d+"),
        opened(folder, key_file=key_file),
    ):
        pass
    with opened(tmp_path / "job", key_file=tmp_path / "key"):
        pass


def test_the_same_words_find_the_same_job(tmp_path: Path) -> None:
    assert folder_for(tmp_path, ["/a", "/b"], out="") == folder_for(tmp_path, ["/a", "/b"], out="")
    assert folder_for(tmp_path, ["/a"], out="") != folder_for(tmp_path, ["/a"], out="/o")
