"""Addresses of letters."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.letters import public_views, template_views, views
from zhike.letters.lists import LETTERS

urlpatterns = [
    *list_urls(LETTERS, "letters/"),
    path("letters/send/", views.send, name="send_letters"),
    path("letters/posted/", views.posted, name="posted_letters"),
    path("letters/paper/", views.paper_letters, name="paper_letters"),
    path("letters/templates/", template_views.templates, name="letter_templates"),
    path("letters/templates/new/", template_views.new_template, name="new_letter_template"),
    path("letters/templates/head/", template_views.edit_letterhead, name="letterhead"),
    path("letters/templates/<int:key>/", template_views.template, name="letter_template"),
    path("letters/templates/<int:key>/file/", template_views.template_file, name="letter_template_file"),
    path("letters/templates/<int:key>/edit/", template_views.edit_template, name="edit_letter_template"),
    path("letters/templates/<int:key>/drop/", template_views.drop_template, name="drop_letter_template"),
    path("letters/<int:key>/", views.letter, name="letter"),
    path("letters/<int:key>/hold/", views.hold, name="hold_letter"),
    path("letters/<int:key>/release/", views.release, name="release_letter"),
    path("letters/<int:key>/<str:form>/", views.letter_file, name="letter_file"),
    path("l/<str:signed>/", public_views.public_letter, name="public_letter"),
    path("l/<str:signed>/pdf/", public_views.public_file, name="public_letter_file"),
]
