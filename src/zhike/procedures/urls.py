"""Addresses of the inbox, of procedures and committees."""

from __future__ import annotations

from django.urls import path

from zhike.procedures import committee_views, paper_views, views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/count/", views.inbox_count, name="inbox_count"),
    path("inbox/decide/", views.decide_many, name="decide_many"),
    path("procedures/", views.procedures, name="procedures"),
    path("procedures/started/", views.started_procedures, name="started_procedures"),
    path("procedures/decided/", views.decided_procedures, name="decided_procedures"),
    path("procedures/<int:key>/", views.procedure, name="procedure"),
    path("procedures/<int:key>/withdraw/", views.withdraw, name="withdraw_procedure"),
    path("procedures/<int:key>/notes/", views.add_note, name="procedure_note"),
    path("procedures/steps/<int:key>/decide/", views.decide_step, name="decide_step"),
    path("procedures/steps/<int:key>/signers/", views.add_signer, name="add_signer"),
    path("procedures/notes/<int:key>/", views.note_file, name="procedure_note_file"),
    path("committees/", committee_views.committees, name="committees"),
    path("committees/new/", committee_views.new_committee, name="new_committee"),
    path("committees/papers/<int:key>/", paper_views.paper, name="committee_paper"),
    path("committees/papers/<int:key>/edit/", paper_views.edit_paper, name="edit_paper"),
    path("committees/papers/<int:key>/inputs/", paper_views.take, name="paper_inputs"),
    path("committees/papers/<int:key>/submit/", paper_views.submit, name="submit_paper"),
    path("committees/papers/<int:key>/place/", paper_views.place, name="place_paper"),
    path("committees/sessions/<int:key>/", committee_views.session, name="committee_session"),
    path("committees/sessions/<int:key>/open/", committee_views.open_session, name="open_session"),
    path("committees/sessions/<int:key>/close/", committee_views.close_session, name="close_session"),
    path("committees/sessions/<int:key>/actions/", committee_views.new_action, name="new_action"),
    path("committees/sessions/<int:key>/papers/<int:paper>/", committee_views.resolve, name="resolve_paper"),
    path("committees/actions/<int:key>/", committee_views.finish_action, name="finish_action"),
    path("committees/<slug:name>/", committee_views.committee, name="committee"),
    path("committees/<slug:name>/edit/", committee_views.edit_committee, name="edit_committee"),
    path("committees/<slug:name>/papers/", paper_views.new_paper, name="new_paper"),
    path("committees/<slug:name>/sessions/", committee_views.new_session, name="new_session"),
]
