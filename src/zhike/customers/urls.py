"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from zhike.customers import list_views, views

urlpatterns = [
    path("", list_views.customers, name="customers"),
    path("columns/", list_views.columns, name="customer_columns"),
    path("views/", list_views.views, name="customer_views"),
    path("views/<int:key>/", list_views.view_removed, name="customer_view"),
    path("export/", list_views.export, name="export_customers"),
    path("exports/<int:key>/", list_views.export_file, name="export_file"),
    path("assign/", list_views.bulk_assign, name="bulk_assign"),
    path("new/", views.new_customer, name="new_customer"),
    path("<str:code>/", views.customer, name="customer"),
    path("<str:code>/cell/<slug:field>/", list_views.cell, name="customer_cell"),
    path("<str:code>/edit/", views.edit_customer, name="edit_customer"),
]
