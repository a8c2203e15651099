"""Addresses of people. A parameter carries the name of its noun."""

from __future__ import annotations

from django.urls import path

from zhike.people import account_views as account
from zhike.people import directory_views as directory
from zhike.people import duty_views as duties
from zhike.people import views

urlpatterns = [
    path("add/", directory.add_person, name="add_person"),
    path("person/<int:person>/", directory.person, name="person"),
    path("person/<int:person>/edit/", directory.edit_person, name="edit_person"),
    path("person/<int:person>/grant/", account.grant, name="grant_role"),
    path("person/<int:person>/close/", account.close_account, name="close_account"),
    path("person/<int:person>/password/", account.give_password, name="give_password"),
    path("person/<int:person>/factor/", account.reset_factor, name="reset_factor"),
    path("departments/", directory.departments, name="departments"),
    path("departments/add/", directory.edit_department, name="add_department"),
    path("departments/<int:department>/edit/", directory.edit_department, name="edit_department"),
    path("regions/", directory.regions, name="regions"),
    path("regions/add/", directory.edit_region, name="add_region"),
    path("regions/<int:region>/edit/", directory.edit_region, name="edit_region"),
    path("roles/", directory.roles, name="roles"),
    path("roles/<slug:role>/edit/", directory.edit_role, name="edit_role"),
    path("grants/", account.grants, name="grants"),
    path("grants/<int:grant>/review/", account.review_grant, name="review_grant"),
    path("grants/<int:grant>/withdraw/", account.withdraw_grant, name="withdraw_grant"),
    path("limits/", account.company_limits, name="company_limits"),
    path("responsibilities/", duties.matrix, name="matrix"),
    path("responsibilities/add/", duties.add_responsibility, name="add_responsibility"),
    path(
        "responsibilities/<int:responsibility>/remove/", duties.remove_responsibility, name="remove_responsibility"
    ),
    path("absences/", duties.absences, name="absences"),
    path("absences/add/", duties.name_delegate, name="name_delegate"),
    path("absences/<int:delegation>/end/", duties.end_delegation, name="end_delegation"),
    path("roster/", duties.roster, name="roster"),
    path("roster/add/", duties.give_duty, name="give_duty"),
    path("roster/<int:duty>/end/", duties.end_duty, name="end_duty"),
    path("certificates/", duties.all_certificates, name="certificates"),
    path("certificates/add/", duties.record_certificate, name="record_certificate"),
    path("certificates/<int:certificate>/withdraw/", duties.withdraw_certificate, name="withdraw_certificate"),
    path("agreement/", views.agreement, name="agreement"),
    path("agreements/", duties.all_agreements, name="agreements"),
    path("agreements/publish/", duties.publish_agreement, name="publish_agreement"),
    path("agreements/file/", duties.file_signature, name="file_signature"),
    path("profile/", views.profile, name="profile"),
    path("profile/edit/", views.edit_profile, name="edit_profile"),
]  # fmt: skip
