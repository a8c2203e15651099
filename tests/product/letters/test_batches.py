"""Letters that could not go out, on paper, held back, overtaken; templates that are refused; what is never told."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document as Word

from tests.product.letters.conftest import link_in
from zhike.letters.grounds import Tellable, measures
from zhike.letters.models import Letter, LetterTemplate
from zhike.letters.shipping import template_file
from zhike.policies.reading import document


def send(browser, *letters, means="mail"):
    return browser.post(f"/letters/send/?means={means}", {"pick": [one.pk for one in letters], "sure": "1"})


def state(letter):
    letter.refresh_from_db()
    return letter.state


def test_who_has_no_address_is_listed_with_the_way_out_and_told_on_paper(world, client_for, post_office):
    customer = world.cast.customers.B
    customer.contacts.update(email="")
    type(customer).objects.filter(pk=customer.pk).update(email="")
    letter, browser = world.take("B", "B"), client_for(world.cast.people.rong)
    assert "no e-mail address" in browser.get("/letters/?tab=unreachable").content.decode()
    asked = browser.post("/letters/send/?means=mail", {"pick": [letter.pk]}).content.decode()
    assert "1 customer has no e-mail address" in asked
    assert send(client_for(world.cast.people.shu), letter).status_code == 403
    assert send(client_for(world.cast.people.ming), letter).status_code == 302  # not of a customer of hers
    assert state(letter) == "due"
    send(browser, letter, means="print")
    world.work()
    assert state(letter) == "printed"
    paper = browser.post("/letters/paper/", {"every": "1", "query": "tab=printed"})
    assert paper.content[:5] == b"%PDF-"
    assert browser.post("/letters/posted/", {"pick": [letter.pk]}).status_code == 302
    assert (state(letter), post_office.mails) == ("sent", [])


def test_what_was_refused_fails_and_goes_out_again(world, client_for, post_office):
    letter, browser = world.take("A", "A"), client_for(world.cast.people.ming)
    post_office.refuse = {"buyer@alpha.example"}
    send(browser, letter)
    world.work()
    assert state(letter) == "failed"
    assert "550" in letter.error
    assert "could not be sent" in browser.get(letter.get_absolute_url()).content.decode()
    post_office.refuse = set()
    send(browser, letter)
    world.work()
    assert (state(letter), len(post_office.mails)) == ("sent", 1)


def test_a_letter_in_doubt_is_not_sent_twice_and_counts_once_the_customer_opens_it(
    world, client_for, post_office
):
    letter, browser = world.take("A", "A"), client_for(world.cast.people.ming)
    post_office.hangs_up = True
    send(browser, letter)
    world.work()
    post_office.hangs_up = False
    world.work("2026-11-02 09:00")
    assert (state(letter), post_office.mails) == ("failed", [])
    assert letter.error.startswith("⚠")
    from zhike.letters.making import link_of

    path = link_of(letter).partition("/l/")[2]
    assert client_for(None).get(f"/l/{path}").status_code == 200
    assert (state(letter), letter.sent_at is not None) == ("delivered", True)


def test_only_whoever_decides_holds_a_letter_back_and_it_stays_visible(world, client_for):
    letter = world.take("B", "D")
    hold = f"{letter.get_absolute_url()}hold/"
    assert client_for(world.cast.people.rong).post(hold, {"ground": "insolvent"}).status_code == 403
    boss = client_for(world.cast.people.boss)
    assert boss.post(hold, {"ground": ""}).status_code == 422
    assert boss.post(hold, {"ground": "in insolvency, told by the court"}).status_code == 302
    assert state(letter) == "suppressed"
    shown = client_for(world.cast.people.gao).get(letter.get_absolute_url()).content.decode()
    assert "told by the court" in shown
    assert "not told, approved" in boss.get("/letters/?tab=suppressed").content.decode()
    boss.post(f"{letter.get_absolute_url()}release/")
    assert state(letter) == "due"
    world.take("B", "B", day=date(2026, 11, 2))
    assert state(letter) == "replaced"
    assert Letter.objects.filter(customer=letter.customer, state="due").count() == 1


def made(text: str) -> bytes:
    paper, out = Word(), io.BytesIO()
    paper.add_paragraph(text)
    paper.save(out)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    out = io.BytesIO(made("{{ customer }}"))
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr(name, content)
    return out.getvalue()


BAD = {
    "unknown": (lambda: made("Dear {{ friend }}"), "Unknown placeholders: {{ friend }}."),
    "open": (lambda: made("Dear {{ contact"), "not closed"),
    "loop": (lambda: made("{% for x in grounds %}{{ x }}{% endfor %}"), "Only placeholders and conditions"),
    "reach": (lambda: made("{{ customer.manager }}"), "Only placeholders and conditions"),
    "macro": (lambda: with_part("word/vbaProject.bin", b"x"), "macros"),
    "elsewhere": (
        lambda: with_part(
            "word/_rels/x.rels", b"<Relationship Type='t/image' TargetMode = 'External' Target='http://x'/>"
        ),
        "loads something from another place",
    ),
    "hidden entities": (
        lambda: with_part("word/x.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>".encode("utf-16")),
        "not a sound Word document",
    ),
    "text": (lambda: b"hello", "not a Word document"),
    "old": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word file"),
    "broken": (lambda: template_file("A", "en")[:-400], "not a Word document"),
}


def test_templates_are_downloaded_changed_and_refused_with_the_reason(world, client_for):
    browser = client_for(world.cast.people.head)
    assert "D 级通知" in browser.get("/letters/templates/").content.decode()
    own = LetterTemplate.objects.get(grade="A", language="zh-hans")
    assert browser.get(f"{own.get_absolute_url()}file/").content == bytes(own.file)
    for make, said in BAD.values():
        answer = browser.post(
            f"{own.get_absolute_url()}edit/", {"name": "x", "file": SimpleUploadedFile("a.docx", make())}
        )
        assert answer.status_code == 422
        assert said in answer.content.decode().replace("&#x27;", "'")
    good = SimpleUploadedFile(
        "a.docx",
        made("Dear {{ contact }}, your grade is {{ grade }} {% if wording %}({{ wording }}){% endif %}"),
    )
    assert (
        browser.post(
            f"{own.get_absolute_url()}edit/", {"name": "Ours", "wording": "金牌", "file": good}
        ).status_code
        == 302
    )
    letter = world.take("A", "A")
    shown = client_for(world.cast.people.ming).get(letter.get_absolute_url()).content.decode()
    assert "your grade is A (金牌)" in shown
    assert browser.get(own.get_absolute_url()).status_code == 200
    assert client_for(world.cast.people.ming).get("/letters/templates/").status_code == 403


def test_nothing_of_others_or_of_the_inside_is_told(world):
    grade = SimpleNamespace(version=world.version, rating="foreign-trade.value", grade="D")
    tellable = Tellable(grade)
    told = {name for name in document(world.version).document.metrics if tellable.may(name)}
    assert {
        "annual_order_amount",
        "order_growth",
        "growth_deviation",
        "cooperation_years",
        "major_disputes",
    } <= told
    assert told & {"annual_profit", "profit_contribution"} == set()
    assert measures(grade, "en") == [
        "Service by simple procedures, to the same standard of quality",
        "A review of our cooperation with you every quarter, by which the service level is set",
    ]


def test_a_batch_is_one_job_and_each_letter_goes_out_once(world, client_for, post_office):
    letters = [world.take("A", "A"), world.take("B", "D")]
    Letter.objects.filter(pk=letters[1].pk).update(customer=world.cast.customers.A)
    browser = client_for(world.cast.people.ming)
    for _ in range(2):
        send(browser, *letters)
    world.work()
    world.work("2026-11-02 10:00")
    assert len(post_office.mails) == 2
    assert len({link_in(mail) for mail in post_office.mails}) == 2


@pytest.mark.parametrize("number", [2, 12])
def test_the_list_asks_a_fixed_number_of_statements(world, client_for, number, django_assert_max_num_queries):
    grade = world.take("A", "A").grade
    for place in range(number):
        grade.pk, grade.from_on, grade.until_on = None, date(2020, 1, 1 + place), date(2020, 1, 2 + place)
        grade.save()
        Letter.objects.create(
            grade=grade,
            customer=grade.customer,
            due_on=date(2026, 1, 1),
            opened_at=world.at,
            token=f"t{place}",
        )
    browser = client_for(world.cast.people.ming)
    browser.get("/letters/")
    with django_assert_max_num_queries(24):
        assert browser.get("/letters/").status_code == 200
