"""Addresses of analyses."""

from __future__ import annotations

from django.urls import path

from zhike.analysis import export_views, record_views, views

urlpatterns = [
    path("", views.development_page, name="analysis"),
    path("development/", views.development_page, name="analysis_development"),
    path("value/", views.value_page, name="analysis_value"),
    path("fit/", views.fit_page, name="analysis_fit"),
    path("orders/", record_views.order_records, name="analysis_orders"),
    path("customers/", record_views.customer_records, name="analysis_customers"),
    path("movements/", record_views.movement_records, name="analysis_movements"),
    path("export/", export_views.export, name="analysis_export"),
]
