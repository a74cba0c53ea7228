"""What tests of connections share: no keyring, as on a machine without a desktop, and a server that answers by a script."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backends import fail

from tests.endpoints.scripted_server import Script, scripted, usual


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted(Script(usual())) as running:
        yield running
