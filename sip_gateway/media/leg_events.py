"""What is said of one leg, as events."""

from sip_gateway.events import DtmfPressed, Gap, LegJoined, LegLeft
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.rtp.outputs import Pressed
from sip_gateway.rtp.receiver import LegReceiver
from sip_gateway.worker_protocol import LegSpec


class LegEvents:
    """Makes the events of one leg."""

    def __init__(self, leg: JoinedLeg) -> None:
        self._leg = leg

    def joined(self, spec: LegSpec, *, at_ms: int) -> LegJoined:
        """Its description."""
        return LegJoined(
            tenant_id=self._leg.tenant_id,
            call_id=self._leg.call_id,
            leg_id=self._leg.leg_id,
            channel=spec.channel,
            role=spec.role,
            codec=spec.codec,
            label=spec.label,
            participant_name=spec.participant_name,
            participant_aor=spec.participant_aor,
            joined_ms=at_ms,
        )

    def left(self, receiver: LegReceiver, *, at_ms: int, reason: str) -> LegLeft:
        """Its end, and what became of its packets."""
        counts, mos = receiver.counts, receiver.mos
        return LegLeft(
            tenant_id=self._leg.tenant_id,
            call_id=self._leg.call_id,
            leg_id=self._leg.leg_id,
            at_ms=at_ms,
            reason=reason,
            packets_received=counts.received,
            packets_lost=counts.lost,
            packets_late=counts.late,
            jitter_ms=round(receiver.jitter_ms, 1),
            mos=None if mos is None else round(mos, 2),
        )

    def pressed(self, pressed: Pressed) -> DtmfPressed:
        """A key, but not which one."""
        return DtmfPressed(
            tenant_id=self._leg.tenant_id,
            call_id=self._leg.call_id,
            leg_id=self._leg.leg_id,
            start_ms=pressed.start_ms,
            end_ms=pressed.end_ms,
            count=1,
        )

    def gap(self, start_ms: int, end_ms: int, *, why: str) -> Gap:
        """Audio that nobody heard."""
        return Gap(
            tenant_id=self._leg.tenant_id,
            call_id=self._leg.call_id,
            leg_id=self._leg.leg_id,
            start_ms=start_ms,
            end_ms=end_ms,
            why=why,
        )
