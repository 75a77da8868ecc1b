"""The mistakes, by the property that each breaks, and the tests that must catch it."""

from typing import NamedTuple

from tests.planted.planting import Bug

UNIT = "tests/unit/redaction/test_properties_"
PARTIALS, FINALS, ORDER = (f"{UNIT}{name}.py" for name in ("partials", "finals", "order"))
FAULTS, LENGTH, MUTE = (f"{UNIT}{name}.py" for name in ("faults", "length", "mute"))
CANARIES = "tests/contract/test_redaction_canaries.py"


class Property(NamedTuple):
    """One line of what must hold."""

    name: str
    tests: tuple[str, ...]
    """Files and names of its tests."""
    bugs: tuple[Bug, ...]


PROPERTIES = (
    Property(
        "no open run is ever shown",
        (
            f"{PARTIALS}::test_no_open_run_is_ever_shown",
            f"{PARTIALS}::test_no_number_is_shown_at_the_end_of_a_final_that_its_speaker_may_take_further",
            f"{PARTIALS}::test_the_newest_words_of_a_partial_wait_for_more",
        ),
        (
            Bug(
                "the hold-back is one word short",
                "redaction.newest",
                "until = max(0, words - hold_last_words)",
                "until = max(0, words - hold_last_words + 1)",
            ),
            Bug(
                "what is held begins one word late",
                "redaction.redact",
                "    if segment == n:\n        return word\n",
                "    if segment == n:\n        return word + 1\n",
            ),
            Bug(
                "a final's last number is taken for finished",
                "redaction.redact",
                "may_go_on=not (followed or segment.closed)",
                "may_go_on=False",
            ),
            Bug(
                "held words are forgotten when rendering",
                "redaction.render",
                "hide = min(hide, segment.held_from)",
                "hide = max(hide, segment.held_from)",
            ),
        ),
    ),
    Property(
        "masked time never shrinks",
        (
            f"{PARTIALS}::test_masked_time_never_shrinks_however_a_segment_is_heard_anew",
            f"{PARTIALS}::test_masked_time_never_shrinks_in_a_call",
        ),
        (
            Bug(
                "tombstones are dropped by a final",
                "redaction.render",
                "    masked = _masked(words, spans, segment.tombstones)\n",
                "    old = () if segment.raw.is_final else segment.tombstones\n"
                "    masked = _masked(words, spans, old)\n",
            ),
            Bug(
                "tombstones by index instead of time",
                "redaction.render",
                "    inside = [i for i, word in enumerate(words) if lies_in(word, stone)]\n",
                "    inside = [i for i, word in enumerate(words) if lies_in(word, stone)][:1]\n",
            ),
            Bug(
                "a tombstone ends where its last word begins",
                "redaction.render",
                "[Tombstone(m.start_ms, m.end_ms, m.kind) for m in masked]",
                "[Tombstone(m.start_ms, m.end_ms - 100, m.kind) for m in masked]",
            ),
            Bug(
                "a joined token has the times of one of the two",
                "redaction.render",
                "        max(a.end_ms, b.end_ms),\n",
                "        b.end_ms,\n",
            ),
        ),
    ),
    Property(
        "a final does not depend on how its partials were cut",
        (f"{FINALS}::test_a_final_does_not_depend_on_how_its_partials_were_cut",),
        (
            Bug(
                "partials are learned from",
                "redaction.redact",
                "        if not segment.raw.is_final:\n            return []\n        texts",
                "        if not segment.raw.is_final:\n"
                "            return self._learn(analysis, context)\n        texts",
            ),
            Bug(
                "spans of earlier revisions are kept",
                "redaction.segments",
                "self.spans, self.written, self.tags, self.closed = [], [], None, False",
                "self.written, self.tags, self.closed = [], None, False",
            ),
            Bug(
                "what a partial was given fills the slot",
                "redaction.redact",
                "            if f.end_ms > segment.raw.start_ms and f.stream == segment.stream\n",
                "            if f.stream == segment.stream\n",
            ),
            Bug(
                "the first revision's tags stay",
                "redaction.segments",
                "self.spans, self.written, self.tags, self.closed = [], [], None, False",
                "self.spans, self.written, self.closed = [], [], False",
            ),
        ),
    ),
    Property(
        "numbers do not depend on where segments were cut",
        (
            f"{FINALS}::test_numbers_do_not_depend_on_where_segments_were_cut",
            f"{FINALS}::test_cutting_a_cue_word_by_word_still_opens_its_slot",
        ),
        (
            Bug(
                "a segment is judged by itself",
                "redaction.segments",
                "            if count >= CONTEXT_ATOMS:\n",
                "            if count >= 0:\n",
            ),
            Bug(
                "what a segment says masks nothing before it",
                "redaction.redact",
                "        for n in range(first_seg, last_seg + 1):\n",
                "        for n in range(last_seg, last_seg + 1):\n",
            ),
            Bug(
                "a cue must lie in one segment",
                "redaction.segments",
                "        row = [*before, *self.atoms]\n",
                "        before = []\n        row = [*before, *self.atoms]\n",
            ),
        ),
    ),
    Property(
        "idempotent",
        (f"{FINALS}::test_redacting_twice_changes_nothing",),
        (
            Bug(
                "a token closes no slot",
                "redaction.analysis",
                '        if atom.text[0] == "[":\n',
                '        if atom.text[0] == "{":\n',
            ),
            Bug(
                "a token's name is a cue",
                "redaction.words",
                "if TOKEN.fullmatch(piece):",
                "if not piece:",
            ),
        ),
    ),
    Property(
        "unmasked words unchanged, in order, with their times",
        (
            f"{FINALS}::test_words_not_masked_stay_unchanged_in_order_with_their_times",
            f"{FINALS}::test_the_event_holds_nothing_of_a_masked_word",
        ),
        (
            Bug(
                "the confidence of a masked word is kept",
                "redaction.render",
                "text=text, start_ms=m.start_ms, end_ms=m.end_ms, confidence=0.0, kind=m.kind",
                "text=text, start_ms=m.start_ms, end_ms=m.end_ms, "
                "confidence=words[m.first].confidence, kind=m.kind",
            ),
            Bug(
                "the written form is made before masking",
                "redaction.passed_on",
                "written(rendered.words, language=raw.language)",
                "written(raw.words, language=raw.language)",
            ),
            Bug(
                "times are rounded",
                "redaction.render",
                "text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, "
                "confidence=word.confidence\n",
                "text=word.text, start_ms=word.start_ms // 100 * 100, end_ms=word.end_ms, "
                "confidence=word.confidence\n",
            ),
            Bug(
                "a token stands after the word that follows it",
                "redaction.render",
                "        return 2 * m.first\n",
                "        return 2 * m.last + 3\n",
            ),
            Bug(
                "the word after a span goes with it",
                "redaction.render",
                "        covered.update(range(m.first, m.last + 1))\n",
                "        covered.update(range(m.first, m.last + 2))\n",
            ),
        ),
    ),
    Property(
        "every masked word lies in the mute set",
        (MUTE,),
        (),
    ),
    Property(
        "replay, duplicates and reordering give the same output",
        (
            f"{ORDER}::test_replays_and_duplicates_change_nothing",
            f"{ORDER}::test_revisions_that_come_late_change_nothing",
            f"{ORDER}::test_numbers_do_not_depend_on_which_leg_comes_first",
            f"{ORDER}::test_rank_grows_with_every_correction",
        ),
        (
            Bug(
                "a partial may follow its final",
                "redaction.redact",
                "return raw.revision < known.revision or (known.is_final and not raw.is_final)",
                "return False",
            ),
            Bug(
                "later segments are not judged again",
                "redaction.segments",
                "        return [s for s in self.segments[at + 1 :] if s.raw.start_ms <= limit]\n",
                "        return []\n",
            ),
            Bug(
                "the rank does not count what is masked",
                "redaction.render",
                '        rank += (2 if m.kind == "number" else 3) * (m.last - m.first + 1)\n',
                "        rank += m.last - m.first + 1\n",
            ),
            Bug(
                "every other replay has no memory",
                "redaction.memory",
                "        self._seen: dict[bytes, str] = {}\n",
                "        self._seen: dict[bytes, str] = {}\n"
                "        if globals().setdefault('_turn', [0])[0] % 2:\n"
                "            self.add_word = self.add_number = lambda *a, **k: False\n"
                "        _turn[0] += 1\n",
            ),
        ),
    ),
    Property(
        "nothing crosses calls",
        (
            f"{ORDER}::test_nothing_crosses_calls",
            f"{ORDER}::test_what_one_call_gave_away_is_not_known_in_the_next",
        ),
        (
            Bug(
                "the memory is shared between calls",
                "redaction.memory",
                "        self._key = hashlib.blake2b(call_id.encode(), key=key[:64], "
                "digest_size=32).digest()\n"
                "        self._seen: dict[bytes, str] = {}\n",
                "        self._key = key[:64]\n"
                '        self._seen: dict[bytes, str] = globals().setdefault("_all", {})\n',
            ),
            Bug(
                "lost speech of one call makes all blind",
                "redaction.redact",
                "        self._blind: list[tuple[int, int]] = []\n",
                "        self._blind = [*globals().setdefault('_all', [])]\n"
                "        _all.append((0, 60000))\n",
            ),
            Bug(
                "the segments of all calls stand in one timeline",
                "redaction.segments",
                "        self.segments: list[Segment] = []\n",
                "        self.segments: list[Segment] = globals().setdefault('_all', [])\n",
            ),
        ),
    ),
    Property(
        "any injected fault yields no raw text",
        (FAULTS,),
        (
            Bug(
                "the fault path returns the raw words",
                "redaction.render",
                "def unavailable(raw: RawTranscript) -> Rendered:\n"
                '    """One token in place of the whole segment."""\n',
                "def unavailable(raw: RawTranscript) -> Rendered:\n"
                '    """One token in place of the whole segment."""\n'
                "    return _lay_out(raw.words, [], hide=len(raw.words), token=lambda k, s: k)\n",
            ),
            Bug(
                "the message of the fault is told",
                "redaction.redact",
                '    return f"{type(error).__name__} {place}".strip()\n',
                '    return f"{type(error).__name__} {error} {place}".strip()\n',
            ),
            Bug(
                "a recogniser that fails has found nothing",
                "redaction.redact",
                "        found = self._policy.engine.find(texts, segment.spans)\n",
                "        try:\n"
                "            found = self._policy.engine.find(texts, segment.spans)\n"
                "        except Exception:\n"
                "            found = []\n",
            ),
            Bug(
                "a model that fails is passed over",
                "redaction.redact",
                "            segment.tags = tuple(tagger.tag(words)[before:])\n",
                "            try:\n"
                "                segment.tags = tuple(tagger.tag(words)[before:])\n"
                "            except ValueError:\n"
                "                raise\n"
                "            except Exception:\n"
                "                segment.tags = ()\n",
            ),
            Bug(
                "a lost segment makes nobody blind",
                "redaction.redact",
                "        self._blind = [*self._blind[-50:], (raw.start_ms, until_ms)]\n",
                "",
            ),
            Bug(
                "a lost segment comes back as a correction",
                "redaction.redact",
                "            segment.failed = True\n",
                "",
            ),
            Bug(
                "a retraction is forgotten with a fault",
                "redaction.redact",
                "        out: list[tuple[Segment, Rendered]] = []\n"
                "        for segment in sorted(self._changed.values(), key=lambda s: s.sort_key):\n",
                "        out: list[tuple[Segment, Rendered]] = []\n"
                "        waiting = sorted(self._changed.values(), key=lambda s: s.sort_key)\n"
                "        self._changed.clear()\n"
                "        for segment in waiting:\n",
            ),
        ),
    ),
    Property(
        "canaries never reach output, logs, metrics, dead letters or Postgres",
        (CANARIES,),
        (),
    ),
    Property(
        'fillers, case and "double" never lower coverage',
        (f"{FINALS}::test_fillers_case_and_double_never_lower_coverage",),
        (
            Bug(
                "a filler ends a number",
                "redaction.runs",
                "    if atoms[at].cls in (Class.FILLER, Class.CORRECTION):\n        return 1\n",
                "    if atoms[at].cls is Class.CORRECTION:\n        return 1\n",
            ),
            Bug(
                "`double` counts as a word",
                "redaction.runs",
                "        return nxt.cls in (Class.DIGIT, Class.LETTER, Class.NUMERAL)\n",
                "        return nxt.cls in (Class.LETTER, Class.NUMERAL)\n",
            ),
            Bug(
                "words count as they are written",
                "redaction.words",
                "known = _PLAIN.get(low)",
                "known = _PLAIN.get(core)",
            ),
        ),
    ),
    Property(
        "time linear in length",
        (LENGTH,),
        (
            Bug(
                "every cue of the segment is asked about each word",
                "redaction.recognizers.found",
                "        return self.cues[first : bisect_right(self._starts, at_ms + SLACK_MS)]\n",
                "        return self.cues\n",
            ),
            Bug(
                "a segment's words are gone through for each result",
                "redaction.presidio",
                "    # By bisection: a long segment of many numbers must not be gone through once for each.\n",
                "    starts = _offsets(words)\n",
            ),
            Bug(
                "nothing is forgotten",
                "redaction.segments",
                "if s.raw.end_ms < before_ms or i < surplus]",
                "if False]",
            ),
            Bug(
                "all that was said is context",
                "redaction.segments",
                "            if segment.raw.start_ms - earlier.raw.end_ms > CONTEXT_MS:\n"
                "                break\n"
                "            if count >= CONTEXT_ATOMS:\n",
                "            if count >= 10**9:\n",
            ),
        ),
    ),
)
