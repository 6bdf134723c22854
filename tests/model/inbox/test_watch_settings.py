"""The mailbox's knobs come from the environment or the secrets file, and a password shows up nowhere."""

import subprocess
import sys
import traceback

import pytest

from data import settings
from data.imap import account
from tests.support.server import ROOT

GIVEN = {"MAILBOX_HOST": "mail.example.com", "MAILBOX_USER": "desk@example.com", "MAILBOX_PASSWORD": "sesame-open"}


def test_a_mailbox_is_left_alone_unless_told_otherwise():
    read = settings.read_settings(GIVEN)
    assert (read.mailbox_port, read.mailbox_folder, read.mailbox_action) == (993, "INBOX", "nothing")
    assert read.mailbox_watch is False
    assert read.mailbox_own_lists == ()


def test_the_account_of_the_settings():
    found = account(settings.read_settings({**GIVEN, "MAILBOX_FOLDER": "Desk"}))
    assert (found.host, found.name, len(found.id)) == ("mail.example.com", "desk@example.com, Desk", 32)
    assert account(settings.read_settings({**GIVEN, "MAILBOX_USER": "desk"})).name == "desk@mail.example.com, INBOX"


def test_what_is_missing_is_named():
    with pytest.raises(ValueError, match=r"^MAILBOX_HOST, MAILBOX_PASSWORD must be set for a mailbox"):
        account(settings.read_settings({"MAILBOX_USER": "desk"}))


def test_lists_are_told_apart_by_commas():
    assert settings.read_settings({"MAILBOX_OWN_LISTS": "help.example.com, desk.example.com,"}).mailbox_own_lists == (
        "help.example.com",
        "desk.example.com",
    )


def test_a_password_is_in_no_word_about_the_settings():
    read = settings.read_settings(GIVEN)
    assert "sesame" not in f"{read!r} {read} {account(read)!r} {read.model_dump_json()}"


def test_a_password_that_cannot_be_sent_is_not_repeated():
    given = {**GIVEN, "MAILBOX_PASSWORD": GIVEN["MAILBOX_PASSWORD"].replace("-", "\0")}
    try:
        settings.read_settings(given)
    except ValueError as error:
        assert str(error).startswith("MAILBOX_PASSWORD=(a secret): Value error, there is a line break")
        assert "sesame" not in "".join(traceback.format_exception(error))
    else:
        raise AssertionError("it was taken")


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("MAILBOX_PORT", "0"),
        ("MAILBOX_ACTION", "delete"),
        ("MAILBOX_CA", "/no/such/file"),
        ("MAILBOX_WATCH", "perhaps"),
        ("MAILBOX_FOLDER", "a\nb"),
    ],
)
def test_a_wrong_knob_names_itself(knob, value):
    with pytest.raises(ValueError, match=rf"^{knob}="):
        settings.read_settings({**GIVEN, knob: value})


@pytest.fixture
def secrets(tmp_path):
    """Writes the secrets file, and returns where it lies."""

    def write(text):
        path = tmp_path / ".streamlit" / "secrets.toml"
        path.parent.mkdir()
        path.write_text(text, "utf-8")
        return tmp_path

    return write


def test_the_environment_goes_before_the_secrets_file(secrets, monkeypatch):
    monkeypatch.setenv("MAILBOX_USER", "from the environment")
    monkeypatch.setenv("MAILBOX_HOST", "")
    root = secrets(
        'MAILBOX_USER = "from the file"\nMAILBOX_HOST = "mail"\nMAILBOX_PORT = 1993\nMAILBOX_WATCH = true\n'
        'MAILBOX_OWN_LISTS = ["a.b", "c.d"]\n[other]\nMAILBOX_FOLDER = "no"\n'
    )
    read = settings.read_settings(settings.environment_and_secrets(root))
    assert (read.mailbox_user, read.mailbox_host, read.mailbox_port) == ("from the environment", "mail", 1993)
    assert (read.mailbox_watch, read.mailbox_own_lists, read.mailbox_folder) == (True, ("a.b", "c.d"), "INBOX")


def test_no_secrets_file_is_no_trouble(tmp_path):
    assert "PATH" in settings.environment_and_secrets(tmp_path)


@pytest.mark.parametrize("broken", ["MAILBOX_PASSWORD = sesame", 'MAILBOX_PASSWORD = "sesame', "sesame = = 1"])
def test_a_broken_secrets_file_is_not_repeated(secrets, broken):
    root = secrets(broken)
    try:
        settings.environment_and_secrets(root)
    except ValueError as error:
        assert "secrets.toml is no valid TOML: correct it, or take it out." in str(error)
        assert "sesame" not in "".join(traceback.format_exception(error))
    else:
        raise AssertionError("it was taken")


def test_the_command_says_what_it_lacks():
    command = [sys.executable, "-m", "model.inbox.watch"]
    done = subprocess.run(command, cwd=ROOT, env={"MAILBOX_USER": "x"}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Not watching: MAILBOX_HOST, MAILBOX_PASSWORD must be set")
