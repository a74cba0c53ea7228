"""A key is in the keyring, in a file of its owner's, or in the environment, and nowhere else."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from ftcore.doctor import examine
from ftcore.endpoints import EndpointError, connections, read_key, secrets
from ftcore.endpoints.connections import Key
from ftcore.endpoints.keys import forget_key, has_keyring, keep_key, say_source
from ftcore.handover import backup
from ftcore.handover.project_file import hand_over
from ftcore.store import endpoints
from ftcore.workspace import open_workspace
from tests.endpoints.memory_keyring import MemoryKeyring

CANARY = "sk-canary-zq81742"
ADDRESS = "https://api.example.com/v1"


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """As on a server: the tests of a keyring bring their own."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring(no_keyring: None) -> MemoryKeyring:
    own = MemoryKeyring()
    keyring.set_keyring(own)
    return own


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_without_a_keyring_the_key_goes_into_a_file_for_its_owner_only(db, workspace):
    assert not has_keyring()
    usual = os.umask(0)  # the most careless umask
    made = connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(typed=f" {CANARY}\n"))
    os.umask(usual)
    assert mode(workspace.secrets) == 0o600
    assert read_key(made.key_source) == CANARY
    assert say_source(made.key_source) == "in the secrets file"


def test_the_keys_survive_the_moving_of_the_workspace(db, workspace, tmp_path):
    connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(typed=CANARY))
    db.close()
    workspace.root.rename(tmp_path / "elsewhere")
    moved = open_workspace(tmp_path / "elsewhere").open_database()
    with moved.read() as c:
        found = endpoints.find(c, "work")
    assert found is not None
    assert read_key(found.key_source) == CANARY
    moved.close()


def test_a_secrets_file_that_others_may_read_is_refused_and_how_to_mend_it_is_said(db, workspace):
    made = connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(typed=CANARY))
    workspace.secrets.chmod(0o640)
    with pytest.raises(EndpointError, match="chmod 600") as caught:
        read_key(made.key_source)
    assert CANARY not in str(caught.value)
    with pytest.raises(EndpointError, match="chmod 600"):
        connections.add(db, workspace, "other", base_url=ADDRESS, key=Key(typed="sk-another"))
    workspace.secrets.chmod(0o600)
    assert read_key(made.key_source) == CANARY


def test_a_damaged_secrets_file_is_not_written_over(workspace):
    workspace.secrets.touch(mode=0o600)
    workspace.secrets.write_text(f'{{"work": "{CANARY}"')
    with pytest.raises(EndpointError, match="damaged") as caught:
        secrets.keep(workspace.root, "other", "sk-other")
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert CANARY in workspace.secrets.read_text()


def test_a_writer_that_is_killed_leaves_the_old_keys(workspace):
    secrets.keep(workspace.root, "work", CANARY)
    dying = (
        "import os, sys; from pathlib import Path; from ftcore.endpoints import secrets\n"
        "os.replace = lambda *_: os._exit(9)\n"
        "secrets.keep(Path(sys.argv[1]), 'work', 'sk-new')"
    )
    assert subprocess.run([sys.executable, "-c", dying, str(workspace.root)], check=False).returncode == 9
    assert secrets.read(workspace.root, "work") == CANARY
    secrets.keep(workspace.root, "work", "sk-newer")
    assert secrets.read(workspace.root, "work") == "sk-newer"
    assert [path.name for path in workspace.root.glob(".secrets*new")] == []


def test_two_processes_that_keep_keys_lose_none(workspace):
    code = (
        "import sys; from pathlib import Path; from ftcore.endpoints import secrets\n"
        "for n in range(20): secrets.keep(Path(sys.argv[1]), f'{sys.argv[2]}-{n}', 'sk-x')"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(workspace.root), name]) for name in ("a", "b")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(json.loads(workspace.secrets.read_text())) == 40


def test_where_there_is_a_keyring_the_key_is_in_it_and_no_file_is_made(db, workspace, ring):
    made = connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(typed=CANARY))
    assert list(ring.kept.values()) == [CANARY]
    assert not workspace.secrets.exists()
    assert read_key(made.key_source) == CANARY
    assert say_source(made.key_source) == "in the keyring"
    assert connections.remove(db, workspace, made) == ""
    assert ring.kept == {}


def test_two_workspaces_with_a_connection_of_the_same_name_keep_two_keys(tmp_path, ring):
    sources = [keep_key(tmp_path, "work", key) for key in ("sk-first", "sk-second")]
    assert [read_key(source) for source in sources] == ["sk-first", "sk-second"]
    forget_key(tmp_path, sources[0])
    assert read_key(sources[1]) == "sk-second"


def test_a_locked_keyring_is_told_and_a_new_key_goes_into_the_file(tmp_path, ring):
    source = keep_key(tmp_path, "work", CANARY)
    ring.locked = True
    with pytest.raises(EndpointError, match="Unlock it"):
        read_key(source)
    assert keep_key(tmp_path, "work", CANARY).startswith("secret:")


def test_a_keyring_that_is_gone_is_told(tmp_path, ring):
    source = keep_key(tmp_path, "work", CANARY)
    keyring.set_keyring(fail.Keyring())
    with pytest.raises(EndpointError, match="none that can be used here"):
        read_key(source)


def test_removing_a_connection_forgets_its_key_and_only_its(db, workspace):
    first = connections.add(db, workspace, "first", base_url=ADDRESS, key=Key(typed="sk-first"))
    second = connections.add(db, workspace, "second", base_url=ADDRESS, key=Key(typed="sk-second"))
    connections.remove(db, workspace, first)
    assert "sk-first" not in workspace.secrets.read_text()
    assert read_key(second.key_source) == "sk-second"


def test_a_new_key_takes_the_place_of_the_old(db, workspace):
    made = connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(typed="sk-old"))
    made = connections.edit(db, workspace, made, key=Key(typed=CANARY))
    assert read_key(made.key_source) == CANARY
    assert "sk-old" not in workspace.secrets.read_text()


def test_a_connection_that_is_refused_leaves_no_key_behind(db, workspace):
    connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(typed="sk-first"))
    for name, address in (("work", ADDRESS), ("two words", ADDRESS), ("other", "http://example.com/v1")):
        with pytest.raises(EndpointError):
            connections.add(db, workspace, name, base_url=address, key=Key(typed=CANARY))
    assert CANARY not in workspace.secrets.read_text()


@pytest.mark.parametrize("key", ["", "  ", "two words", "sk-ключ", "sk-\nx"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(tmp_path, key):
    with pytest.raises(EndpointError) as caught:
        keep_key(tmp_path, "work", key)
    assert not key.strip() or key.strip() not in str(caught.value)


def test_a_key_given_for_a_variable_s_name_is_refused_and_not_shown(db, workspace):
    with pytest.raises(EndpointError, match="not the name") as caught:
        connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(variable=CANARY))
    assert CANARY not in str(caught.value)


def test_the_planted_key_is_in_no_file_but_the_secrets_and_in_no_text(db, workspace, project, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    made = connections.add(db, workspace, "work", base_url="http://127.0.0.1:9/v1", key=Key(typed=CANARY))
    said = [repr(made), repr(Key(typed=CANARY)), str(connections.check(db, workspace, made, timeout=1))]
    try:
        read_key(made.key_source.replace("work", "nobody"))
    except EndpointError as error:
        said.append("".join(traceback.format_exception(error)))
    said += [f"{finding}" for finding in examine(workspace)]
    saved = backup.backup(workspace, tmp_path / "safe.zip").path
    with zipfile.ZipFile(saved) as archive:
        assert all(CANARY.encode() not in archive.read(name) for name in archive.namelist())
    carried = tmp_path / "project.tuneworthy"
    hand_over(db, project.id, carried)
    with zipfile.ZipFile(carried) as archive:
        assert all(CANARY.encode() not in archive.read(name) for name in archive.namelist())
    db.close()
    holding = [path for path in workspace.root.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert holding == [workspace.secrets]
    assert CANARY not in "".join(said) + caplog.text


def test_a_restored_workspace_says_that_its_keys_did_not_come_along(db, workspace, tmp_path):
    connections.add(db, workspace, "work", base_url=ADDRESS, key=Key(typed=CANARY))
    backup.restore(backup.backup(workspace, tmp_path / "safe.zip").path, tmp_path / "new")
    again = open_workspace(tmp_path / "new").open_database()
    with again.read() as c:
        found = endpoints.find(c, "work")
    with pytest.raises(EndpointError, match="never takes keys along"):
        read_key(found.key_source)
    again.close()
