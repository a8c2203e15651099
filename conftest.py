"""Plugins for every test of the repository: pytest takes them from the conftest at the root only."""

pytest_plugins = ["pytester", "tests.clause_plugin"]
