"""Who may come in: this machine, and others only when that was asked for twice, with a token of one's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from openai import OpenAI
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.trainer.doors import TOKEN_VARIABLE, doors
from ftcore.trainer.errors import TrainerError
from tests.fixtures_trainer import ROOT, TrainerProcess
from tests.trainer.mutations import Sent
from tests.trainer.raw_requests import reached, send

OWN = "a-token-of-my-own-of-forty-characters-xx"
START = (sys.executable, "-m", "ftcore.trainer", "--host", "0.0.0.0", "--allow-other-machines")


@pytest.mark.parametrize(
    ("asked", "token", "said"),
    [
        ({"host": "0.0.0.0"}, OWN, "--allow-other-machines"),
        ({"host": "192.168.1.5"}, OWN, "--allow-other-machines"),
        ({"host": "::"}, OWN, "--allow-other-machines"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, None, "a token that you chose"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, "short", "5 characters"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, "ä" * 40, "without spaces"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, "with space " * 4, "without spaces"),
        ({"host": "0.0.0.0", "allow_other_machines": True, "names": ["http://x"]}, OWN, "without scheme"),
        ({"host": "example.org", "allow_other_machines": True}, OWN, "not a name"),
        ({"names": ["x.example"]}, OWN, "--name"),
        ({}, "short", "5 characters"),
    ],
)
def test_another_address_needs_a_token_of_ones_own_and_the_permission(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], token: str | None, said: str
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    if token is not None:
        monkeypatch.setenv(TOKEN_VARIABLE, token)
    with pytest.raises(TrainerError, match=said):
        doors(**asked)


def test_a_token_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    file = tmp_path / "token"
    file.write_text(f"{OWN}\n")
    opened = doors("0.0.0.0", allow_other_machines=True, token_file=file)
    assert (opened.token, opened.names, opened.opens_to_others) == (OWN, None, True)
    with pytest.raises(TrainerError, match="cannot be read"):
        doors("0.0.0.0", allow_other_machines=True, token_file=tmp_path / "none")
    assert not doors("localhost").opens_to_others
    assert not doors("127.0.0.9").opens_to_others


@pytest.mark.parametrize("command", [["ftcore.trainer"], ["ftcore.cli", "serve"]])
def test_a_server_that_may_not_listen_there_says_so_and_ends_with_2(tmp_path: Path, command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command, "--workspace", str(tmp_path), "--host", "0.0.0.0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env={name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE},
    )
    assert done.returncode == 2
    assert "was not started" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "trainer-address").exists()


def test_serve_names_its_options_in_its_help() -> None:
    said = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200"}).output
    for option in ("--host", "--allow-other-machines", "--name", "--token-file"):
        assert option in said


def opened(home: Path, *more: str) -> TrainerProcess:
    """A server for other machines too, started as a person would."""
    server = TrainerProcess(home / "ws")
    server.workspace.mkdir(parents=True)
    with (server.workspace / "trainer.log").open("ab") as log:
        server.process = subprocess.Popen(
            [*START, "--workspace", str(server.workspace), *more],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, TOKEN_VARIABLE: OWN, "TUNEWORTHY_MODELS": str(home / "none")},
        )
    return server


def wait_for(server: TrainerProcess) -> TrainerProcess:
    until = time.monotonic() + 60
    while not (server.workspace / "trainer-address").is_file():
        assert time.monotonic() < until
        assert server.process is not None
        assert server.process.poll() is None, (server.workspace / "trainer.log").read_text()
        time.sleep(0.05)
    return server


def other_address() -> str:
    """An address of this machine that is not loopback, as a neighbour would use it."""
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family == socket.AF_INET and not one.address.startswith("127."):
                return one.address
    return "127.0.0.1"


def test_a_server_for_other_machines_knows_its_own_token_and_names(tmp_path: Path) -> None:
    server = wait_for(opened(tmp_path, "--name", "tuning.example"))
    try:
        host, port = reached(server)
        assert host == "127.0.0.1", "the app on this machine goes on finding it"
        assert "not encrypted" in (server.workspace / "trainer.log").read_text()
        assert OWN not in (server.workspace / "trainer.log").read_text()
        call = Sent("GET", "/v1/models", headers={"Host": "tuning.example:99"})
        assert send(server, Sent("GET", "/v1/models"), OWN)[0] == 200
        assert send(server, call, OWN)[0] == 200
        assert send(server, call, "wrong" * 10)[0] == 401
        assert send(server, Sent("GET", "/v1/models", headers={"Host": "other.example"}), OWN)[0] == 403
        page = {"Host": "tuning.example", "Origin": "https://tuning.example"}
        assert send(server, Sent("GET", "/v1/models", headers=page), OWN)[0] == 403, "no page may, by any name"
        assert send(server, Sent("GET", "/v1/models"), server.token)[0] == 200, "from this machine"
        away = other_address()
        if away != host:
            client = OpenAI(base_url=f"http://{away}:{port}/v1", api_key=server.token, max_retries=0)
            forged = {"X-Forwarded-For": "127.0.0.1", "Host": "tuning.example"}
            with pytest.raises(Exception, match="API key"):
                client.models.list(extra_headers=forged)
            assert client.with_options(api_key=OWN).models.list(extra_headers={"Host": "tuning.example"}).data
    finally:
        server.stop()
