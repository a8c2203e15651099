"""Letters about grades: opened, filled, sent once, read and confirmed by the customer, or not told with approval (GRD-22)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.product.letters.conftest import link_in
from zhike.customers.documents import Document
from zhike.letters.models import Letter


@pytest.mark.clause("GRD-22")
def test_an_upgrade_is_told_in_writing_and_an_unsent_letter_is_overdue(world, client_for, post_office):
    people, customers = world.cast.people, world.cast.customers
    letter = world.take("A", "A")
    assert letter.due_on == date(2026, 11, 12)  # the policy's ten days after the approval
    manager = client_for(people.ming)
    page = manager.get(letter.get_absolute_url()).content.decode()
    for words in (
        "配备专属服务团队",
        "每季度至少一次面对面会议",
        "战略合作客户",
        customers.A.name,
        "2026 年 11 月 1 日",
    ):
        assert words in page
    world.clock("2026-11-20 04:00")
    manager = client_for(people.ming)
    assert "tell the customer of grade A" in manager.get("/customers/duties/").content.decode()
    assert "tell the customer of grade A" in manager.get("/").content.decode()
    overdue = manager.get("/letters/?tab=overdue").content.decode()
    assert customers.A.name in overdue
    answer = manager.post("/letters/send/?means=mail", {"pick": [letter.pk], "sure": "1"})
    assert answer.status_code == 302
    world.work("2026-11-20 04:01")
    [mail] = post_office.mails
    assert mail["To"] == "buyer@alpha.example"
    assert mail["Reply-To"] == "ming@example.com"
    [attached] = mail.iter_attachments()
    assert attached.get_content()[:5] == b"%PDF-"
    letter.refresh_from_db()
    assert (letter.state, letter.sent_by) == ("sent", people.ming)
    assert Document.objects.get(customer=customers.A).kind == "letter"
    record = manager.get(f"{customers.A.get_absolute_url()}?tab=documents").content.decode()
    assert "GN-2026-" in record
    stranger = client_for(None)
    link = link_in(mail)
    opened = stranger.get(link)
    assert opened.status_code == 200
    assert "配备专属服务团队" in opened.content.decode()
    assert "BBBRAVO" not in opened.content.decode()
    assert stranger.post(link, {"name": ""}).status_code == 422
    assert stranger.post(link, {"name": "王采购"}).status_code == 302
    again = stranger.get(link)
    assert "王采购" in again.content.decode()
    letter.refresh_from_db()
    assert (letter.state, letter.received_by) == ("received", "王采购")
    assert letter.delivered_at is not None
    world.work("2026-11-21 04:01")
    assert len(post_office.mails) == 1
