"""The compliance view in a real Postgres: counts, draws, reviews, and who may see which of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from prometheus_client import CollectorRegistry

from analytics.access import Principal
from analytics.batch import CallKey, StoredEvent
from analytics.compliance.cases import purpose
from analytics.compliance.counts import Period
from analytics.compliance.desk import Desk, NoReview, Outdated
from analytics.compliance.documents import Case, GivenMark, ReviewItem, Summary, Verdict
from analytics.compliance.draws import Draws, Drew, Wanted
from analytics.compliance.upkeep import Upkeep
from analytics.retraction import BadMark, Mark
from analytics.retractor import Retractor
from analytics.store import Unavailable
from analytics.store.postgres import PostgresStore
from redaction.events import Transcript
from tests.told_call import STARTED_AT, ToldCall
from trunkline.tenant_keys import KeyTrouble, TenantKeys

DAY = date(2025, 11, 20)
NOW = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
ANN = Principal("key-ann", "default", "Ann", "compliance", ("calls", "compliance"))
BEN = ANN._replace(key_id="key-ben", name="Ben")
MISSED = GivenMark(mark="missed", first=3, last=4, kind="password")


@dataclass
class Office:
    """What a compliance officer works with."""

    dsn: str
    store: PostgresStore
    desk: Desk
    draws: Draws
    keys: TenantKeys

    async def finish(self, *calls: ToldCall, said: Sequence[Transcript] = ()) -> None:
        """Store whole calls as the sink does."""
        for call in calls:
            speech: list[StoredEvent] = [*(said or call.speech()), call.transcript_ended(at_ms=1)]
            await self.store.apply([*call.lifecycle(), *speech], now=STARTED_AT)

    async def draw(self, size: int = 100, *, now: datetime = NOW, tenant: str = "default") -> Drew:
        """By hand."""
        return await self.draws.draw(Wanted(tenant, DAY, size), now=now, actor="operator")

    async def summary(self, tenant: str = "default") -> Summary:
        """Of the day."""
        return await self.desk.summary(Period(tenant, DAY, DAY), now=NOW)

    async def next(self, who: Principal = ANN, *, now: datetime = NOW) -> ReviewItem:
        """There is one."""
        item = await self.desk.next(who, now=now)
        assert item is not None
        return item

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """As the owner of the tables."""
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            return list(await (await connection.execute(query.encode())).fetchall())


@asynccontextmanager
async def opened(dsn: str, folder: Path) -> AsyncIterator[Office]:
    """Everything connected."""
    store = await PostgresStore.connect(dsn)
    keys = TenantKeys(folder / "tenants")
    masks = Retractor(store, write=lambda words, language: " ".join(w.text for w in words))
    desk = await Desk.connect(dsn, store, seal=keys, masks=masks)
    draws = await Draws.connect(dsn)
    try:
        yield Office(dsn, store, desk, draws, keys)
    finally:
        for part in (desk, draws, store):
            await part.close()


@pytest.fixture
async def office(migrated_dsn: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(migrated_dsn, tmp_path) as ready:
        yield ready


def told(number: int, *, tenant: str = "default") -> ToldCall:
    """One of several calls of the day."""
    return ToldCall(f"019aa09969c07a1bb9c0ffee{number:08x}", tenant_id=tenant)


def replaced(call: ToldCall, **changes: str) -> list[Transcript]:
    """What is said in a call, with some fields of its transcripts otherwise."""
    said = [event for event in call.speech() if isinstance(event, Transcript)]
    return [msgspec.structs.replace(event, **changes) for event in said]


class TestCounts:
    async def test_days_and_kinds_are_those_of_the_finished_calls(self, office: Office) -> None:
        withheld, plain = told(2), told(3)
        await office.finish(told(1))
        await office.finish(withheld, said=[withheld.said(0, "[unavailable]", start_ms=0)])
        await office.finish(plain, said=[plain.said(0, "good morning", start_ms=0)])
        await office.store.apply([told(4).started()], now=NOW)
        found = await office.summary()
        assert (found.total.calls, found.total.touched, found.total.spans) == (3, 1, 2)
        assert (found.total.unavailable, found.total.unavailable_calls) == (1, 1)
        assert [(k.kind, k.spans, k.calls, k.policy_version) for k in found.kinds] == [
            ("card", 1, 1, "p1"),
            ("name", 1, 1, "p1"),
            ("unavailable", 1, 1, "p1"),
        ]
        assert [day.day for day in found.days] == [DAY]
        assert (found.open_calls, found.oldest_open_at) == (1, STARTED_AT)

    async def test_calls_under_an_older_policy_are_told_until_they_are_redacted_again(
        self, office: Office
    ) -> None:
        await office.finish(told(1))
        await office.finish(told(2), said=replaced(told(2), policy_version="p2"))
        found = await office.summary()
        assert found.total.old_policy == 1
        versions = [(p.policy_version, p.calls, p.is_current) for p in found.policies]
        assert sorted(versions) == [("p1", 1, False), ("p2", 1, True)]
        newer = replaced(told(1), policy_version="p2")
        again = [msgspec.structs.replace(event, revision=9) for event in newer]
        await office.store.apply(again, now=NOW)
        assert (await office.summary()).total.old_policy == 0

    async def test_a_tenant_counts_its_own_calls_only(self, office: Office) -> None:
        await office.finish(told(1), told(2, tenant="other"), told(3, tenant="other"))
        assert (await office.summary()).total.calls == 1
        assert (await office.summary("other")).total.calls == 2
        assert (await office.summary("nobody")).total.calls == 0

    async def test_days_outside_the_period_do_not_count(self, office: Office) -> None:
        await office.finish(told(1))
        before = Period("default", DAY - timedelta(days=9), DAY - timedelta(days=1))
        found = await office.desk.summary(before, now=NOW)
        assert (found.total.calls, found.days, found.kinds, found.policies) == (0, (), (), ())


class TestDraws:
    async def test_each_finished_call_is_drawn_from_once(self, office: Office) -> None:
        await office.finish(told(1), told(2))
        assert await office.draw() == Drew(1, 6, 6)
        assert (await office.draw()).segments == 0
        later = NOW + timedelta(hours=1)
        await office.store.apply(
            [*told(3).lifecycle(), *told(3).speech()], now=NOW + timedelta(minutes=30)
        )
        assert await office.draw(now=later) == Drew(3, 3, 3)
        assert await office.rows("select count(*) from reviews") == [(9,)]

    async def test_two_that_draw_at_once_draw_no_segment_twice(self, office: Office) -> None:
        await office.finish(told(1), told(2))
        other = await Draws.connect(office.dsn)
        wanted = Wanted("default", DAY, 100)
        drew = await asyncio.gather(
            office.draw(), other.draw(wanted, now=NOW, actor="appliance"), office.draw()
        )
        await other.close()
        assert sorted(one.drawn for one in drew) == [0, 0, 6]
        assert await office.rows("select count(*) from reviews") == [(6,)]

    async def test_a_deleted_call_takes_its_reviews_and_cases_with_it(self, office: Office) -> None:
        await office.finish(told(1), told(2))
        await office.draw()
        item = await office.next()
        verdict = Verdict(revision=item.revision)
        await office.desk.answer(ANN, item.review_id, verdict, now=NOW)
        async with await psycopg.AsyncConnection.connect(office.dsn) as connection:
            await connection.execute("delete from calls where call_id = %s", (item.call_id,))
        assert await office.rows("select count(*) from review_cases") == [(0,)]
        assert await office.rows("select count(*) from reviews") == [(3,)]
        assert (await office.summary()).reviews.open == 3

    async def test_half_comes_from_segments_with_masks_and_odds_are_kept(
        self, office: Office
    ) -> None:
        await office.finish(*(told(n) for n in range(10)))
        assert await office.draw(6) == Drew(1, 30, 6)
        strata = await office.rows(
            "select masked, segments, spans, drawn from review_draws order by masked"
        )
        assert strata == [(False, 20, 0, 3), (True, 10, 20, 3)]
        odds = await office.rows("select masked, inclusion from reviews order by masked")
        assert [one[0] for one in odds] == [False] * 3 + [True] * 3
        assert all(inclusion == pytest.approx(0.3) for masked, inclusion in odds if masked)

    async def test_a_day_is_drawn_by_itself_when_it_is_over_and_only_then(
        self, office: Office
    ) -> None:
        await office.finish(told(1), told(2, tenant="other"))
        registry = CollectorRegistry()
        upkeep = Upkeep(office.draws, office.desk, size=2, registry=registry)
        await upkeep.once(now=datetime(2025, 11, 21, 1, 59, tzinfo=UTC))
        assert await office.rows("select count(*) from reviews") == [(0,)]
        for _ in range(2):
            await upkeep.once(now=datetime(2025, 11, 21, 2, 1, tzinfo=UTC))
        drawn = await office.rows("select tenant_id, count(*) from reviews group by 1 order by 1")
        assert drawn == [("default", 2), ("other", 2)]
        assert registry.get_sample_value("trunkline_analytics_review_drawn_total") == 4
        actors = await office.rows("select distinct actor from audit where action = 'review.drawn'")
        assert actors == [("appliance",)]

    async def test_what_was_withheld_whole_is_not_asked_about(self, office: Office) -> None:
        call = told(1)
        await office.finish(call, said=[call.said(0, "[unavailable]", start_ms=0)])
        assert (await office.draw()).drawn == 0


class TestReviews:
    async def test_a_miss_is_masked_at_once_and_kept_as_a_sealed_case(self, office: Office) -> None:
        call = told(1)
        said = [call.said(1, "my word is open sesame thanks", start_ms=0)]
        await office.finish(call, said=said)
        await office.draw()
        item = await office.next()
        assert [word.text for word in item.turns[item.at].words][3:5] == ["open", "sesame"]
        answer = await office.desk.answer(
            ANN, item.review_id, Verdict(revision=item.revision, marks=(MISSED,)), now=NOW
        )
        assert (answer.masked, answer.left) == (True, 0)

        (final,) = await office.store.finals("default", call.call_id)
        assert [word.text for word in final.words] == ["my", "word", "is", "[password]", "thanks"]
        stored = await office.store.call("default", call.call_id)
        assert stored is not None and stored.summary is not None
        assert stored.summary.redactions == {"password": 1}
        for table in ("segments", "reviews", "review_labels", "review_cases", "audit", "calls"):
            assert "sesame" not in str(await office.rows(f"select t::text from {table} t"))

        ((sealed,),) = await office.rows("select sealed from review_cases")
        assert isinstance(sealed, bytes) and b"sesame" not in sealed
        opened = office.keys.open("default", sealed, purpose=purpose(item.review_id))
        case = msgspec.json.decode(opened, type=Case)
        assert case.marks == (MISSED,)
        assert case.turns[case.at].words[4].text == "sesame"
        with pytest.raises(KeyTrouble):
            office.keys.open("default", sealed, purpose=purpose(item.review_id + 1))
        found = (await office.summary()).reviews
        assert (found.done, found.open, found.not_masked_yet) == (1, 0, 0)
        missed = found.estimates.segments_with_miss
        assert missed is not None and (missed.share, missed.by) == (1.0, "all reviewed")

    async def test_a_false_alarm_is_counted_and_changes_nothing_that_is_stored(
        self, office: Office
    ) -> None:
        call = told(1)
        await office.finish(call, said=[call.said(0, "it costs [card] today", start_ms=0)])
        await office.draw()
        item = await office.next()
        alarm = GivenMark(mark="false_alarm", first=2, last=2, said="ninety nine")
        verdict = Verdict(revision=item.revision, marks=(alarm,))
        await office.desk.answer(ANN, item.review_id, verdict, now=NOW)
        (final,) = await office.store.finals("default", call.call_id)
        assert (final.revision, final.words[2].text) == (1, "[card]")
        found = (await office.summary()).reviews
        assert [(m.mark, m.kind, m.count) for m in found.marks] == [("false_alarm", "card", 1)]
        assert found.estimates.false_alarms is not None
        assert found.estimates.false_alarms.share == 1.0

    async def test_each_look_and_each_mark_is_on_record_without_a_word(
        self, office: Office
    ) -> None:
        await office.finish(told(1))
        await office.draw()
        item = await office.next()
        verdict = Verdict(revision=item.revision)
        await office.desk.answer(ANN, item.review_id, verdict, now=NOW)
        rows = await office.rows(
            "select actor, action, subject from audit where action like 'review.%' order by id"
        )
        segment_id = item.turns[item.at].segment_id
        assert rows == [
            ("operator", "review.drawn", "2025-11-20"),
            ("key-ann", "review.looked", segment_id),
            ("key-ann", "review.marked", segment_id),
        ]

    async def test_two_reviewers_never_get_the_same_and_one_gets_hers_again(
        self, office: Office
    ) -> None:
        await office.finish(told(1))
        await office.draw()
        hers, his = await office.next(), await office.next(BEN)
        assert hers.review_id != his.review_id
        assert (await office.next()).review_id == hers.review_id
        with pytest.raises(NoReview, match="Somebody else"):
            verdict = Verdict(revision=hers.revision)
            await office.desk.answer(BEN, hers.review_id, verdict, now=NOW)
        third = (await office.next(BEN._replace(key_id="key-cy"))).review_id
        assert await office.desk.next(BEN._replace(key_id="key-di"), now=NOW) is None
        later = NOW + timedelta(minutes=16)
        his_now = await office.next(BEN._replace(key_id="key-di"), now=later)
        assert his_now.review_id in {hers.review_id, his.review_id, third}

    async def test_what_is_reviewed_or_reads_otherwise_by_now_is_not_judged(
        self, office: Office
    ) -> None:
        await office.finish(told(1))
        await office.draw()
        item = await office.next()
        with pytest.raises(Outdated):
            old = Verdict(revision=item.revision - 1)
            await office.desk.answer(ANN, item.review_id, old, now=NOW)
        verdict = Verdict(revision=item.revision)
        await office.desk.answer(ANN, item.review_id, verdict, now=NOW)
        with pytest.raises(NoReview, match="already"):
            await office.desk.answer(ANN, item.review_id, verdict, now=NOW)

    @pytest.mark.parametrize(
        "mark",
        [
            GivenMark(mark="missed", first=3, last=9, kind="card"),
            GivenMark(mark="missed", first=-1, last=0, kind="card"),
            GivenMark(mark="missed", first=0, last=0, kind="Not A Kind"),
            GivenMark(mark="missed", first=2, last=3, kind="card"),
            GivenMark(mark="false_alarm", first=0, last=0),
            GivenMark(mark="false_alarm", first=3, last=3, said="x" * 201),
        ],
    )
    async def test_marks_that_do_not_fit_leave_the_review_open(
        self, office: Office, mark: GivenMark
    ) -> None:
        call = told(1)
        await office.finish(call, said=[call.said(0, "my card is [card]", start_ms=0)])
        await office.draw()
        item = await office.next()
        with pytest.raises(BadMark):
            verdict = Verdict(revision=item.revision, marks=(mark,))
            await office.desk.answer(ANN, item.review_id, verdict, now=NOW)
        assert (await office.summary()).reviews.open == 1

    async def test_an_unclear_segment_counts_for_nothing(self, office: Office) -> None:
        call = told(1)
        await office.finish(call, said=[call.said(0, "well hm", start_ms=0)])
        await office.draw()
        item = await office.next()
        verdict = Verdict(revision=item.revision, unclear=True)
        await office.desk.answer(ANN, item.review_id, verdict, now=NOW)
        found = (await office.summary()).reviews
        assert (found.unclear, found.done, found.estimates.segments) == (1, 0, 0)
        assert await office.rows("select count(*) from review_cases") == [(0,)]
        assert await office.desk.next(ANN, now=NOW) is None

    async def test_what_cannot_be_masked_now_is_masked_later(
        self, office: Office, tmp_path: Path
    ) -> None:
        call = told(1)
        said = [call.said(1, "my word is open sesame thanks", start_ms=0)]
        await office.finish(call, said=said)
        await office.draw()

        class Away:
            async def mask_words(
                self, key: CallKey, marks: Sequence[Mark], *, by: str, why: str = "review"
            ) -> int:
                raise Unavailable("away")

        desk = await Desk.connect(office.dsn, office.store, seal=office.keys, masks=Away())
        item = await office.next()
        verdict = Verdict(revision=item.revision, marks=(MISSED,))
        answer = await desk.answer(ANN, item.review_id, verdict, now=NOW)
        await desk.close()
        assert not answer.masked
        assert (await office.summary()).reviews.not_masked_yet == 1
        registry = CollectorRegistry()
        await Upkeep(office.draws, office.desk, size=0, registry=registry).once(now=NOW)
        (final,) = await office.store.finals("default", call.call_id)
        assert "[password]" in [word.text for word in final.words]
        assert (await office.summary()).reviews.not_masked_yet == 0


class TestWhoSeesWhat:
    async def test_the_api_role_sees_and_writes_its_own_tenants_rows_only(
        self, office: Office
    ) -> None:
        await office.finish(told(1), told(2, tenant="other"))
        await office.draw()
        await office.draw(tenant="other")
        async with await psycopg.AsyncConnection.connect(office.dsn) as connection:
            as_tenant = (
                "select set_config('trunkline.tenant_id', 'other', true),"
                " set_config('role', 'trunkline_api', true)"
            )
            await connection.execute(as_tenant)
            for relation in ("reviews", "review_draws", "v_redaction_calls", "v_redaction_days"):
                query = f"select distinct tenant_id from {relation}".encode()
                assert await (await connection.execute(query)).fetchall() == [("other",)]
            changed = await connection.execute("update reviews set taken_by = 'x'")
            assert changed.rowcount == 3
            for forbidden in (
                "select * from review_cases",
                "select * from audit",
                "delete from review_labels",
                "update review_labels set kind = 'x'",
                "insert into audit (tenant_id, actor, action, subject) values ('default','','','')",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    async with connection.transaction():
                        await connection.execute(forbidden.encode())

    async def test_an_analyst_reads_the_counts_of_its_tenants_and_no_review(
        self, office: Office
    ) -> None:
        await office.finish(told(1), told(2, tenant="other"))
        await office.draw()
        login = f"ann_{office.dsn.rpartition('test_')[2].split()[0][:12]}".replace("'", "")
        async with await psycopg.AsyncConnection.connect(office.dsn, autocommit=True) as connection:
            await connection.execute(
                f"create role {login} login in role trunkline_analyst".encode()
            )
            try:
                await connection.execute(
                    f"insert into analyst_tenants values ('{login}', 'default')".encode()
                )
                await connection.execute(f"set session authorization {login}".encode())
                for view in (
                    *("v_redaction_calls", "v_redaction_days"),
                    *("v_policy_versions", "v_policy_history"),
                ):
                    found = await connection.execute(
                        f"select distinct tenant_id from {view}".encode()
                    )
                    assert await found.fetchall() == [("default",)]
                for table in ("reviews", "review_labels", "review_cases", "review_draws"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        await connection.execute(f"select * from {table}".encode())
            finally:
                await connection.execute(b"reset session authorization")
                await connection.execute(f"drop owned by {login}".encode())
                await connection.execute(f"drop role {login}".encode())

    async def test_every_column_of_the_compliance_tables_says_what_it_is(
        self, office: Office
    ) -> None:
        missing = await office.rows(
            "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relname ~ '^(review|v_redaction|v_policy|policy_names)' and a.attnum > 0"
            " and c.relkind in ('r', 'v') and col_description(c.oid, a.attnum) is null"
        )
        assert missing == []
