"""The demo company's committee: its members, a strategy in effect, a session to come with an issue on its agenda."""

from __future__ import annotations

from datetime import date, timedelta

from zhike.demo.staff import Staff, moment
from zhike.procedures.committees import Paper
from zhike.procedures.sessions import (
    ask_action,
    call_session,
    close_session,
    name_committee,
    open_session,
    resolve,
    submit_paper,
    write_paper,
)

STRATEGY = (
    "一、A级客户每月走访一次，由客户经理提交走访记录。\n二、B级客户每季度走访一次。\n"
    "三、连续两个季度下降的大客户，由部门负责人提出挽回方案。\n四、大客户年度服务预算不低于其毛利的百分之五。"
)
ISSUE = (
    "外贸部门与大客户部门都在联系同一集团的两家子公司，报价不一致。请委员会确定由谁负责，以及报价由谁核定。"
)


def settle_committee(staff: Staff, as_of: date) -> None:
    """Name the committee, hold one session, call another."""
    people, places = staff.people, staff.departments
    chair, writer = people["guanyuan"], people["hezhou"]
    heads = {
        one.head.pk: one.head for one in places.values() if one.head is not None and one.head.pk != chair.pk
    }
    begun = moment(as_of - timedelta(days=120))
    committee = name_committee(
        code="key-account", name_zh="大客户经营服务管理委员会", name_en="Key-account management committee",
        chair=chair, members=heads.values(), by=chair, at=begun,
    )  # fmt: skip
    paper = write_paper(
        committee=committee, kind="strategy", title="大客户服务策略", text=STRATEGY, by=writer, at=begun
    )
    submit_paper(paper=paper, by=writer, at=begun)
    held = as_of - timedelta(days=90)
    session = call_session(
        committee=committee, held_on=held, place="三楼会议室", papers=[Paper.objects.get(pk=paper.pk)], by=chair, at=begun
    )  # fmt: skip
    there = [chair, *heads.values()]
    open_session(session=session, present=there, by=chair, at=moment(held))
    paper.refresh_from_db()
    resolve(
        session=session, paper=paper, choice="approve", votes_for=len(there), ground="全体同意。", by=chair, at=moment(held)
    )  # fmt: skip
    ask_action(
        session=session, paper=paper, what="拟订明年大客户走访计划", person=writer, due_on=as_of + timedelta(days=9), by=chair,
        at=moment(held),
    )  # fmt: skip
    close_session(
        session=session,
        minutes="审议并通过大客户服务策略。下次会议讨论跨部门客户归属。",
        by=chair,
        at=moment(held),
    )
    issue = write_paper(
        committee=committee, kind="issue", title="集团子公司由谁负责", text=ISSUE, departments=list(places.values())[:2], by=writer,
        at=moment(as_of - timedelta(days=3)),
    )  # fmt: skip
    submit_paper(paper=issue, by=writer, at=moment(as_of - timedelta(days=3)))
    call_session(
        committee=committee, held_on=as_of + timedelta(days=6), place="三楼会议室", papers=[Paper.objects.get(pk=issue.pk)], by=chair,
        at=moment(as_of - timedelta(days=1)),
    )  # fmt: skip
