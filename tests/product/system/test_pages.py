"""Pages of jobs, journal and health: who sees what, and what they can do there."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from tests.product.cast import EARLY
from zhike.customers.actions import change_customer
from zhike.customers.export_right import ExportRecord
from zhike.jobs import registry
from zhike.jobs.actions import claim, enqueue
from zhike.jobs.models import STATES, Job
from zhike.jobs.running import run_due
from zhike.kernel.journal import Entry, journal, seal, verify
from zhike.kernel.refusals import Invalid
from zhike.system import notice_views

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """A kind of job that refuses."""
    monkeypatch.setattr(registry, "KINDS", {})

    def refuse(run):
        raise Invalid("the file is empty")

    registry.job("sums", title="Sums")(refuse)


@pytest.fixture
def job(cast, kind):
    return enqueue(kind="sums", by=cast.people.ming, at=timezone.now())


def test_people_see_their_own_jobs_and_administrators_all(cast, client_for, job):
    for name, status in {"ming": 200, "root": 200, "tess": 404}.items():
        page = client_for(getattr(cast.people, name)).get(f"/jobs/{job.pk}/")
        assert (name, page.status_code) == (name, status)
    assert "Sums" not in client_for(cast.people.tess).get("/jobs/").content.decode()
    assert "Sums" in client_for(cast.people.ming).get("/jobs/").content.decode()


def test_progress_asks_again_until_the_job_has_ended(cast, client_for, job):
    browser = client_for(cast.people.ming)
    Job.objects.update(done=3, total=4, text="row 3")
    running = browser.get(f"/jobs/{job.pk}/progress/").content.decode()
    assert 'hx-trigger="every 1s"' in running
    assert "3 / 4" in running
    run_due(clock=timezone.now)
    ended = browser.get(f"/jobs/{job.pk}/progress/").content.decode()
    assert "hx-trigger" not in ended
    assert "the file is empty" in ended


def test_whoever_asked_stops_a_job_and_asks_again(cast, client_for, job):
    browser = client_for(cast.people.ming)
    assert browser.post(f"/jobs/{job.pk}/cancellation/").status_code == 302
    assert browser.post(f"/jobs/{job.pk}/cancellation/").status_code == 409
    assert browser.post(f"/jobs/{job.pk}/another-try/").status_code == 302
    job.refresh_from_db()
    assert job.state == "queued"
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == [
        "job_cancelled",
        "job_asked_again",
    ]


def test_a_strangers_job_is_neither_seen_nor_stopped(cast, client_for, job):
    assert client_for(cast.people.tess).post(f"/jobs/{job.pk}/cancellation/").status_code == 404
    assert claim(worker="a", at=timezone.now()) == job


def test_the_list_of_jobs_asks_the_same_number_of_queries_however_long(
    cast, client_for, kind, django_assert_num_queries
):
    browser = client_for(cast.people.root)
    browser.get("/jobs/")
    counts = []
    for _ in range(2):
        for _n in range(20):
            enqueue(kind="sums", by=cast.people.ming, at=timezone.now())
        with django_assert_num_queries(100, exact=False) as asked:
            browser.get("/jobs/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.clause("SEC-04")
def test_the_journal_shows_old_and_new_values_who_and_when_and_an_edited_row_is_found(
    cast, client_for, data_dir
):
    customer = cast.customers.A
    change_customer(
        customer=customer, version=customer.version, need_type="customisation", by=cast.people.keep, at=EARLY
    )
    seal()
    assert list(verify()) == []
    browser = client_for(cast.people.audit)
    page = browser.get("/journal/", {"customer": "A"}).content.decode()
    entry = Entry.objects.get(action="customer_changed")
    assert "柯档案" in page
    assert f"/journal/{entry.pk}/" in page
    detail = browser.get(f"/journal/{entry.pk}/").content.decode()
    assert "type of need" in detail
    assert "customisation" in detail

    entry.data["after"]["need_type"] = "price_sensitive"
    Entry.objects.filter(pk=entry.pk).update(data=entry.data)
    assert [(fault.code, fault.place) for fault in verify()] == [("changed", f"entry {entry.pk}")]


def test_the_journal_is_narrowed_to_customers_a_person_sees(cast, client_for):
    for code in ("A", "B"):
        customer = getattr(cast.customers, code)
        change_customer(
            customer=customer,
            version=customer.version,
            short_name=f"{code}{code}",
            by=cast.people.keep,
            at=EARLY,
        )
    with transaction.atomic():
        own, foreign = (
            journal(cast.departments.key, "place_saved", by=person, at=EARLY)
            for person in (cast.people.head, cast.people.boss)
        )
    page = client_for(cast.people.head).get("/journal/").content.decode()
    assert f"/journal/{own.pk}/" in page, "one's own acts of no customer, such as imports"
    assert f"/journal/{foreign.pk}/" not in page
    other = Entry.objects.get(customer_id=cast.customers.B.pk)
    assert f"/journal/{other.pk}/" not in page
    assert client_for(cast.people.head).get(f"/journal/{other.pk}/").status_code == 404
    assert client_for(cast.people.ming).get("/journal/").status_code == 403


def test_values_of_a_class_that_a_reader_does_not_see_are_covered(cast, client_for):
    customer = cast.customers.A
    change_customer(
        customer=customer, version=customer.version, phone="021-99998888", by=cast.people.keep, at=EARLY
    )
    entry = Entry.objects.get(action="customer_changed")
    assert "99998888" not in client_for(cast.people.audit).get(f"/journal/{entry.pk}/").content.decode()
    assert "99998888" in client_for(cast.people.boss).get(f"/journal/{entry.pk}/").content.decode()


def test_words_with_two_meanings_have_the_chinese_of_theirs():
    with translation.override("zh-hans"):
        assert str(STATES["running"]) == "正在运行"
        assert [str(column.label) for column in notice_views.MESSAGES if column.key == "channel"] == ["方式"]


def test_filters_of_the_journal(cast, client_for):
    customer = cast.customers.A
    change_customer(
        customer=customer, version=customer.version, short_name="AA", by=cast.people.keep, at=EARLY
    )
    browser = client_for(cast.people.boss)
    keep, entry = cast.people.keep.pk, Entry.objects.get()
    shown = {
        f"person={keep}": True, f"person={cast.people.ming.pk}": False, "action=customer_changed": True,
        "action=customer_added": False, "from_on=2020-01-01&until_on=2020-01-01": True, "from_on=2020-01-02": False,
        "customer=B": False,
    }  # fmt: skip
    found = {
        query: f"/journal/{entry.pk}/" in browser.get(f"/journal/?{query}").content.decode()
        for query in shown
    }
    assert found == shown
    assert browser.get("/journal/?from_on=never").context["asked"].conditions == ()
    for question in ("q=a", "c=at:is:2020-01-01&c=by:not:1", "sort=at", f"c=by:in:{keep}"):
        assert f"/journal/{entry.pk}/" in browser.get(f"/journal/?{question}").content.decode(), question
    assert "customer_changed</td>" not in browser.get("/journal/?columns=what,action").content.decode()
    for field in ("by", "action"):
        groups = browser.get(f"/journal/?group={field}").context["groups"]
        assert [number for _words, number, _address in groups] == [1]
    browser.post("/journal/views/", {"name": "what keep did", "query": f"c=by:in:{keep}", "first": "on"})
    assert f"/journal/{entry.pk}/" in browser.get(browser.get("/journal/")["Location"]).content.decode()


def test_a_page_of_the_journal_takes_as_many_queries_and_counts_nothing_as_a_whole(cast, client_for):
    browser, change = client_for(cast.people.boss), {"by": cast.people.keep, "at": EARLY}
    change_customer(customer=cast.customers.A, version=cast.customers.A.version, short_name="AA", **change)
    one = Entry.objects.get()
    counts = []
    for more in (3, 1200):
        Entry.objects.bulk_create(
            Entry(at=EARLY, by=cast.people.keep, action=one.action, noun=one.noun, record=one.record, what="A",
                  customer_id=one.customer_id, data=one.data, mark="") for _number in range(more)
        )  # fmt: skip
        browser.get("/journal/")
        with CaptureQueriesContext(connection) as queries:
            table = browser.get("/journal/").context["table"]
        counts.append(len(queries))
        assert not any("COUNT(" in query["sql"] and "zhike_journal" in query["sql"] for query in queries)
    assert counts[0] <= counts[1] <= counts[0] + 1 <= 16
    assert (table.page.count, table.page.more, len(table.page.object_list)) == (1000, True, 50)
    keys = [row.pk for row in table.page.object_list]
    assert keys == sorted(keys, reverse=True)


def test_a_file_of_the_journal_holds_what_its_reader_reads(cast, client_for, data_dir):
    customer, head = cast.customers.A, cast.people.head
    change_customer(
        customer=customer, version=customer.version, short_name="AA", by=cast.people.keep, at=EARLY
    )
    Entry.objects.update(at=EARLY)
    asked = {"purpose": "for the audit", "form": "csv", "query": "columns=what,at,by&c=at:le:2020-12-31"}
    boss = client_for(cast.people.boss)
    assert boss.post("/journal/export/", asked).status_code == 302
    run_due(clock=timezone.now)
    record = ExportRecord.objects.get()
    got = boss.get(f"/customers/exports/{record.pk}/")
    text = b"".join(got.streaming_content).decode("utf-8-sig")
    assert str(cast.people.keep) in text
    assert record.rows == 1
    assert client_for(head).get("/journal/").status_code == 200
    assert client_for(cast.people.audit).post("/journal/export/", asked).status_code == 403


def test_health_is_for_administrators_and_healthz_for_everybody(cast, client_for):
    assert client_for(cast.people.root).get("/health/").status_code == 200
    assert client_for(cast.people.ming).get("/health/").status_code == 403
    answer = client_for(None).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "up"})


@pytest.mark.clause("SEC-05")
def test_a_failed_backup_shows_as_an_alert(cast, client_for, data_dir, settings):
    browser = client_for(cast.people.root)
    assert "ZHIKE_BACKUP_PASSPHRASE" in browser.get("/health/").content.decode()
    settings.GIVEN = {
        **settings.GIVEN,
        "ZHIKE_BACKUP_PASSPHRASE": "words",
        "ZHIKE_BACKUP_DIR": data_dir / "keys" / "x",
    }
    (data_dir / "keys").write_text("a file where the folder should be")
    enqueue(kind="backup", at=timezone.now())
    for _ in range(3):
        Job.objects.update(next_at=timezone.now())
        run_due(clock=timezone.now)
    page = browser.get("/health/").content.decode()
    assert "The last backup failed" in page
    assert "tone-error" in page


@pytest.mark.parametrize("path", ["/jobs/", "/messages/"])
def test_a_state_that_nobody_knows_is_none(cast, client_for, path):
    assert client_for(cast.people.root).get(path, {"state": "\0"}).status_code == 200
