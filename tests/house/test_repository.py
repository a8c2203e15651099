"""Version, wording, locks and the wheel: what the repository says about itself is true."""

from __future__ import annotations

import re
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.house.sources import ROOT, place, repository_files

REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "deb.debian" + ".org",
]
MIRRORS = ["pypi.tuna." + "tsinghua", "mirrors" + ".aliyun", "npm" + "mirror.com"]
MACHINE_PATHS = ["/" + "root/", "/" + "home/", "/" + "work/", "/" + "opt/", "/" + "Users/", "C:\\" + "Users"]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def texts() -> list[tuple[str, str]]:
    """Every text file of the repository with its name; a file that is not UTF-8 is data and has no words."""
    found = []
    for path in repository_files():
        raw = path.read_bytes()
        if b"\0" not in raw[:8192]:
            found.append((place(path), raw.decode("utf-8", errors="replace")))
    return found


def test_the_first_heading_of_the_changelog_is_the_version():
    headings = re.findall(
        r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert headings[0] == version("zhike")


@pytest.mark.parametrize("word", [*REGISTRIES, *MIRRORS, *MACHINE_PATHS])
def test_no_file_names_a_registry_or_a_machine(word):
    assert [name for name, text in texts() if word in text] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_release_has_its_hashes(lock: Path):
    releases = re.split(r"^(?=[a-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert releases
    assert [
        entry for entry in releases if not re.match(r"[a-z0-9.-]+==\S+ .*--hash=sha256:", entry, re.DOTALL)
    ] == []


def test_all_locks_agree():
    pinned: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, release in re.findall(
            r"^([a-z0-9.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE
        ):
            pinned.setdefault(name, set()).add(release)
    assert {name: releases for name, releases in pinned.items() if len(releases) > 1} == {}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from this checkout."""
    [built] = WheelBuilder(str(ROOT)).build(
        directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"]
    )
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_ships_both_packages_typed(wheel):
    assert {"zhike/py.typed", "zhike_engine/py.typed"} <= wheel


def test_the_wheel_ships_the_policies_and_the_catalogue(wheel):
    policies = [path for path in repository_files() if path.is_relative_to(ROOT / "policies")]
    shipped = {f"zhike/presets/{path.relative_to(ROOT / 'policies').as_posix()}" for path in policies}
    assert shipped
    assert shipped | {"zhike/clauses.yaml"} <= wheel


def test_the_wheel_ships_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"zhike", "zhike_engine"}
    assert [name for name in wheel if "/test_" in name or re.fullmatch(r"zhike/[^/]*\.md", name)] == []
