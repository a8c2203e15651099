"""The settings of an installation: read all at once, refused in both languages, secrets never shown."""

from __future__ import annotations

import pytest

from zhike.config.table import SETTINGS, SettingInvalid, read_settings


def test_nothing_set_is_every_default():
    found = read_settings({})
    assert set(found) == {one.name for one in SETTINGS}
    assert (found["ZHIKE_WEB_WORKERS"], found["ZHIKE_EMBEDDED_WORKER"]) == (2, True)


def test_every_wrong_value_is_named_in_both_languages():
    with pytest.raises(SettingInvalid) as refused:
        read_settings({"ZHIKE_WEB_WORKERS": "0", "ZHIKE_CURRENCY": "XX"})
    assert refused.value.message == (
        "settings are wrong: `ZHIKE_CURRENCY` is `XX`: not a currency code such as CNY;"
        " `ZHIKE_WEB_WORKERS` is `0`: not a whole number above zero"
    )
    assert refused.value.message.pick("zh") == (
        "设置有误：`ZHIKE_CURRENCY` 现为 `XX`：不是 CNY 这样的货币代码；`ZHIKE_WEB_WORKERS` 现为 `0`：不是大于零的整数"
    )


def test_a_secret_comes_from_a_file_and_is_not_shown(tmp_path):
    (tmp_path / "url").write_text("postgresql://zhike@localhost/zhike\n", "utf-8")
    given = {"ZHIKE_DATABASE_URL": "ignored", "ZHIKE_DATABASE_URL_FILE": str(tmp_path / "url")}
    assert read_settings(given)["ZHIKE_DATABASE_URL"] == "postgresql://zhike@localhost/zhike"
    with pytest.raises(SettingInvalid) as refused:
        read_settings({"ZHIKE_DATABASE_URL": "mysql://root:hush@localhost"})
    assert "hush" not in refused.value.message


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SettingInvalid, match=r"`ZHIKE_SECRET_KEY`: the file .* cannot be read"):
        read_settings({"ZHIKE_SECRET_KEY_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ZHIKE_DATABASE_URL", "postgresql://db:99999/zhike", "host or port"),
        ("ZHIKE_DATABASE_URL", "postgresql://db:five/zhike", "host or port"),
        ("ZHIKE_DATABASE_URL", "postgresql://[db/zhike", "host or port"),
        ("ZHIKE_DATABASE_URL", "postgresql://db.example.com", "names no database"),
        ("ZHIKE_DATABASE_URL", "postgresql://db.example.com/", "names no database"),
        ("ZHIKE_DATABASE_URL", "sqlite://zhike.sqlite3", "names no database"),
        ("ZHIKE_DATABASE_URL", "sqlite://var/zhike.sqlite3", "three slashes"),
        ("ZHIKE_DATABASE_URL", "sqlite:///", "names no database"),
        ("ZHIKE_ADDRESS", "https://zhike.example.com:0", "host or port"),
        ("ZHIKE_ADDRESS", "https://:8000", "not an address"),
        ("ZHIKE_MAIL_URL", "mail.example.com:25", "not an address"),
        ("ZHIKE_MAIL_URL", "http://mail.example.com", "not an address"),
        ("ZHIKE_MAIL_URL", "smtps://", "not an address"),
        ("ZHIKE_MAIL_URL", "smtps://mail.example.com:mail", "host or port"),
        ("ZHIKE_OIDC_ISSUER", "login.example.com", "not an address"),
        ("ZHIKE_OIDC_ISSUER", "https://login.example.com", "`ZHIKE_OIDC_CLIENT` is empty"),
        ("ZHIKE_PROXIES", "yes", "nor a number"),
        ("ZHIKE_PROXIES", "-1", "nor a number"),
    ],
)
def test_what_could_only_fail_later_stops_the_start(name, value, why):
    with pytest.raises(SettingInvalid) as refused:
        read_settings({name: value})
    assert why in refused.value.message


def test_an_empty_data_folder_is_the_usual_one_not_the_current_one():
    assert read_settings({"ZHIKE_DATA_DIR": ""}) == read_settings({})


@pytest.mark.parametrize(("text", "count"), [("true", 1), ("false", 0), ("2", 2), ("", None)])
def test_proxies_are_counted(text, count):
    if count is None:
        with pytest.raises(SettingInvalid):
            read_settings({"ZHIKE_PROXIES": text})
    else:
        assert read_settings({"ZHIKE_PROXIES": text})["ZHIKE_PROXIES"] == count


def test_good_addresses_are_taken():
    good = {
        "ZHIKE_DATABASE_URL": "sqlite:////var/lib/zhike/zhike.sqlite3",
        "ZHIKE_MAIL_URL": "smtp://zhike:pass%40word@mail.example.com:25",
        "ZHIKE_OIDC_ISSUER": "https://login.example.com/realms/staff",
        "ZHIKE_OIDC_CLIENT": "zhike",
    }
    found = read_settings(good)
    assert {name: found[name] for name in good} == good
    assert read_settings({"ZHIKE_DATABASE_URL": "postgresql:///zhike?host=/run/postgresql"})
