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
