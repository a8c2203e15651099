"""What registers itself when the product starts: sentences of the journal, kinds of jobs, periodic work, start-up checks."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "zhike.api.actions",
    "zhike.backups.nightly",
    "zhike.config.checks",
    "zhike.customers.actions",
    "zhike.customers.consultations",
    "zhike.customers.export_right",
    "zhike.customers.exports",
    "zhike.customers.happenings",
    "zhike.customers.incidents",
    "zhike.customers.nightly",
    "zhike.customers.viewings",
    "zhike.facts.nightly",
    "zhike.imports.archive",
    "zhike.imports.jobs",
    "zhike.imports.trade",
    "zhike.facts.happenings",
    "zhike.lists.actions",
    "zhike.outbox.actions",
    "zhike.people.actions",
    "zhike.people.adapter",
    "zhike.people.agreements",
    "zhike.people.certificates",
    "zhike.people.company",
    "zhike.people.delegations",
    "zhike.people.responsibilities",
    "zhike.people.warnings",
    "zhike.system.actions",
    "zhike.system.calendar_actions",
    "zhike.system.chores",
    "zhike.system.groups",
)
"""One line each, in order."""

for module in MODULES:
    import_module(module)
