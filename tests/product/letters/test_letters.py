"""Letters about grades: opened, filled, sent once, read and confirmed by the customer, or not told with approval (GRD-22)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.product.letters.conftest import link_in
from zhike.customers.documents import Document


@pytest.mark.clause("GRD-22")
def test_an_upgrade_is_told_in_writing_and_an_unsent_letter_is_overdue(world, client_for, post_office):
    people, customers = world.cast.people, world.cast.customers
    letter = world.take("A", "A")
    assert letter.due_on == date(2026, 11, 12)  # the policy's ten days after the approval
    page = client_for(people.ming).get(letter.get_absolute_url()).content.decode()
    wanted = (
        "配备专属服务团队",
        "每季度至少一次面对面会议",
        "战略合作客户",
        customers.A.name,
        "2026 年 11 月 1 日",
    )
    assert [words for words in wanted if words not in page] == []
    world.clock("2026-11-20 04:00")
    manager = client_for(people.ming)
    for where in ("/customers/duties/", "/"):
        assert "tell the customer of grade A" in manager.get(where).content.decode()
    assert customers.A.name in manager.get("/letters/?tab=overdue").content.decode()
    answer = manager.post("/letters/send/?means=mail", {"pick": [letter.pk], "sure": "1"})
    assert answer.status_code == 302
    world.work("2026-11-20 04:01")
    [mail] = post_office.mails
    assert (mail["To"], mail["Reply-To"]) == ("buyer@alpha.example", "ming@example.com")
    [attached] = mail.iter_attachments()
    assert attached.get_content()[:5] == b"%PDF-"
    letter.refresh_from_db()
    assert (letter.state, letter.sent_by) == ("sent", people.ming)
    assert Document.objects.get(customer=customers.A).kind == "letter"
    record = manager.get(f"{customers.A.get_absolute_url()}?tab=documents").content.decode()
    assert "GN-2026-" in record
    world.work("2026-11-21 04:01")
    assert len(post_office.mails) == 1


def test_the_customer_reads_it_without_sign_in_and_confirms_receipt(world, client_for, post_office):
    letter = world.take("A", "A")
    client_for(world.cast.people.ming).post("/letters/send/?means=mail", {"pick": [letter.pk], "sure": "1"})
    world.work()
    link = link_in(post_office.mails[0])
    stranger = client_for(None)
    opened = stranger.get(link)
    assert "配备专属服务团队" in opened.content.decode()
    assert "BBBRAVO" not in opened.content.decode()
    assert opened["Cache-Control"] == "no-store, private"
    assert opened["Referrer-Policy"] == "same-origin"  # with `no-referrer` no browser could send the receipt
    assert "What you can expect" not in stranger.get(f"{link}?lang=en").content.decode()
    assert stranger.get(f"{link}pdf/").getvalue()[:5] == b"%PDF-"
    assert stranger.get(f"{link[:-4]}xxx/").status_code == 404
    assert stranger.post(link, {"name": ""}).status_code == 422
    assert stranger.post(link, {"name": "王采购"}).status_code == 302
    assert stranger.post(link, {"name": "Somebody else"}).status_code == 302
    assert "王采购" in stranger.get(link).content.decode()
    letter.refresh_from_db()
    assert (letter.state, letter.received_by) == ("received", "王采购")
    assert letter.delivered_at is not None
    world.clock("2027-11-20 04:00")
    assert stranger.get(link).status_code == 410
