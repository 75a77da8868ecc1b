"""Recognises a recording with the bundled recogniser and redacts what it hears."""

import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.policy.policies import Policies
from redaction.policy.policy_file import PolicyError
from redaction.recording.sound import Recording
from triton_models.events import RawTranscript
from triton_models.hypothesis import Hypothesis
from triton_models.loading import WeightsMissing, lineage
from trunkline.batch.hear import Hearing
from trunkline.batch.pieces import cut
from trunkline.batch.rates import Resampler
from trunkline.batch.recogniser import load_for_batch
from trunkline.proving.judge import Heard
from trunkline.redacting import engine_for
from trunkline.settings import Settings, SettingsError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Ear:
    """One recogniser and the policy of each tenant, as they are in force."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        speech = settings.triton_models
        try:
            recogniser = load_for_batch(
                speech, settings.models_dir, word_times="fast", effort="full"
            )
        except WeightsMissing as error:
            raise SettingsError(str(error)) from None
        self._hearing = Hearing(recogniser)
        key, engine = secrets.token_bytes(32), engine_for(settings)
        self._policies = Policies(settings.redaction, key=key, engine=engine)

    def words(self, recording: Recording) -> list[RawTranscript]:
        """Every final of every leg, and of the mix as a leg of its own."""
        told = recording.manifest
        channels = [*recording.channels]
        count = told.frames
        samples = [_at_16k(recording.channel(c, 0, count=count), told.rate_hz) for c in channels]
        found = []
        for group in cut([np.stack(samples)] if count else []):
            for piece in self._hearing.hear(group, clock=time.process_time).pieces:
                found += [
                    self._raw(one, piece.channel, recording)
                    for one in piece.hypotheses
                    if one.words
                ]
        return sorted(found, key=lambda raw: (raw.end_ms, raw.start_ms, raw.channel))

    def personal(self, recording: Recording) -> list[Heard]:
        """What redaction finds in the legs together, and in the mix by itself."""
        tenant_id = recording.manifest.tenant_id
        try:
            policy = self._policies.policy_of(tenant_id)
        except PolicyError as error:
            raise SettingsError(str(error)) from None
        words = self.words(recording)
        mix = len(recording.manifest.legs)
        legs = [raw for raw in words if raw.channel != mix]
        alone = [raw for raw in words if raw.channel == mix]
        found: list[Heard] = []
        for raws in (legs, alone):
            redactor = CallRedactor(policy, call_id=recording.manifest.call_id)
            shown = _newest(redactor, raws)
            found += _masked(shown, recording.channels)
        return sorted(set(found))

    def _raw(self, found: Hypothesis, channel: int, recording: Recording) -> RawTranscript:
        told = recording.manifest
        leg_id = f"{told.call_id}-{channel}"
        at = EPOCH + timedelta(milliseconds=found.audio_end_ms)
        return RawTranscript(
            tenant_id=told.tenant_id,
            call_id=told.call_id,
            leg_id=leg_id,
            segment_id=f"{leg_id}/{found.segment_ms:09d}",
            revision=found.revision,
            is_final=True,
            start_ms=found.start_ms,
            end_ms=found.end_ms,
            words=found.words,
            speaker=f"speaker_{channel + 1}",
            channel=channel,
            language=self._settings.triton_models.language,
            audio_end_at=at,
            recognised_at=at,
            **lineage(self._settings.triton_models)._asdict(),
        )


def _newest(redactor: CallRedactor, raws: Sequence[RawTranscript]) -> list[Redacted]:
    shown: dict[str, Redacted] = {}
    for raw in raws:
        shown |= {one.raw.segment_id: one for one in redactor.receive(raw)}
    shown |= {one.raw.segment_id: one for one in redactor.end()}
    return list(shown.values())


def _masked(shown: Sequence[Redacted], channels: Sequence[str]) -> Iterator[Heard]:
    for one in shown:
        for word in one.rendered.words:
            if word.kind is not None:
                said = tuple(
                    raw.text
                    for raw in one.raw.words
                    if raw.start_ms < word.end_ms and raw.end_ms > word.start_ms
                )
                channel = channels[one.raw.channel]
                yield Heard(channel, word.start_ms, word.end_ms, word.kind, said)


def _at_16k(samples: NDArray[np.int16], rate_hz: int) -> NDArray[np.int16]:
    resampler = Resampler(rate_hz)
    scaled = samples.astype(np.float32) / 32768.0
    out = np.concatenate([resampler.process(scaled), resampler.finish()])
    whole: NDArray[np.int16] = np.clip(np.rint(out * 32768.0), -32768, 32767).astype(np.int16)
    return whole
