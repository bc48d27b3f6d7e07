"""Which database an installation uses, by its environment."""

from pathlib import Path

import pytest

from bihuan import settings


def test_without_a_word_it_is_sqlite_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BIHUAN_DATABASE_URL", raising=False)
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    found = settings._database()
    assert (found["ENGINE"], found["NAME"]) == ("bihuan.ledger.sqlite", tmp_path / "bihuan.sqlite3")
    options = found["OPTIONS"]
    assert isinstance(options, dict)
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]
    assert "journal_mode=WAL" in options["init_command"]


def test_a_postgresql_is_named_by_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://clerk:p%40ss%2Fword@db.example:6432/county")
    found = settings._database()
    assert found["ENGINE"] == "django.db.backends.postgresql"
    parts = [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")]
    assert parts == ["county", "clerk", "p@ss/word", "db.example", "6432"]


def test_what_makes_signing_in_safe_is_on() -> None:
    assert settings.PASSWORD_HASHERS[-2:][0].endswith("Argon2PasswordHasher")
    assert (settings.DEBUG, settings.SESSION_COOKIE_HTTPONLY, settings.X_FRAME_OPTIONS) == (False, True, "DENY")
    assert len(settings.SECRET_KEY) == 64
