import pytest

from biosetu.centre import environment as env


@pytest.mark.parametrize(
    ("written", "expected"), [("yes", True), ("1", True), ("True", True), ("no", False), ("", False), ("OFF", False)]
)
def test_flag_reads_the_usual_spellings(monkeypatch, written, expected):
    monkeypatch.setenv("BIOSETU_DEMO", written)
    assert env.flag("BIOSETU_DEMO") is expected


def test_flag_refuses_what_is_neither_yes_nor_no(monkeypatch):
    monkeypatch.setenv("BIOSETU_DEMO", "perhaps")
    with pytest.raises(ValueError, match="write yes or no"):
        env.flag("BIOSETU_DEMO")


@pytest.mark.parametrize("written", ["0", "-3", "ten", "1.5", "1e3"])
def test_whole_number_refuses_what_is_none(monkeypatch, written):
    monkeypatch.setenv("BIOSETU_UPLOAD_MB", written)
    with pytest.raises(ValueError, match="whole number above 0"):
        env.whole_number("BIOSETU_UPLOAD_MB")


def test_words_are_split_at_blanks_and_commas(monkeypatch):
    monkeypatch.setenv("BIOSETU_HOSTS", "a.org, b.org  c.org")
    assert env.words("BIOSETU_HOSTS") == ("a.org", "b.org", "c.org")


def test_secret_key_is_made_once_and_readable_by_the_owner_alone(own_home, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = env.secret_key()
    assert len(first) >= 50
    assert env.secret_key() == first
    assert (own_home / "secret_key").stat().st_mode & 0o777 == 0o600


def test_secret_key_in_production_is_never_made_up(monkeypatch, own_home):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("BIOSETU_MODE", "production")
    assert env.secret_key() == ""
    assert not (own_home / "secret_key").exists()


def test_an_undeclared_variable_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        env.text("BIOSETU_NOT_DECLARED")
