"""One command at a time; and telling another system about a failure."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from orchestration import lock
from orchestration.lock import LockedError, hold_lock
from orchestration.ports import is_free
from orchestration.webhook import VARIABLE, tell_webhook


def test_a_free_lock_is_taken_at_once(tmp_path: Path) -> None:
    waited: list[bool] = []
    with hold_lock(tmp_path / "a" / "run.lock", 1, lambda: waited.append(True)):
        pass
    assert waited == []


def test_a_held_lock_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.01)
    waited = threading.Event()
    order: list[str] = []

    def second() -> None:
        with hold_lock(tmp_path / "run.lock", 10, waited.set):
            order.append("second")

    thread = threading.Thread(target=second)
    with hold_lock(tmp_path / "run.lock", 1, lambda: None):
        thread.start()
        assert waited.wait(5)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_waiting_ends_with_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.01)
    file = tmp_path / "run.lock"
    again = hold_lock(file, 0.05, lambda: None)
    with hold_lock(file, 1, lambda: None), pytest.raises(LockedError, match="another run still holds"), again:
        pass


def test_nobody_is_told_when_no_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert not tell_webhook({"text": "x"})


def test_the_receiver_gets_the_event(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request("/hook", method="POST", json={"text": "sample_yearbooks failed"}).respond_with_data("ok")
    monkeypatch.setenv(VARIABLE, httpserver.url_for("/hook"))
    assert tell_webhook({"text": "sample_yearbooks failed"})


@pytest.mark.parametrize("status", [404, 500])
def test_a_receiver_that_refuses_is_logged_and_never_raised(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request("/hook").respond_with_data("no", status=status)
    monkeypatch.setenv(VARIABLE, httpserver.url_for("/hook"))
    assert not tell_webhook({"text": "x"})
    assert "the webhook did not take the event" in caplog.text


def test_a_taken_port_is_known(httpserver: HTTPServer) -> None:
    assert not is_free(httpserver.port)
