"""The embedded trainer server is an endpoint like any other; its address changes with each start."""

from __future__ import annotations

from ftcore.records import LOCAL
from ftcore.store import endpoints
from ftcore.store.database import Database
from ftcore.workspace import Workspace


def keep_local_endpoint(db: Database, workspace: Workspace) -> None:
    """Writes the address at which the trainer server listens now, when it is another one than before."""
    try:
        address = workspace.trainer_address.read_text().strip()
    except FileNotFoundError:
        return
    with db.read() as c:
        known = endpoints.find(c, LOCAL)
    source = f"file:{workspace.trainer_token}"
    if known is not None and (known.base_url, known.key_source) == (
        address,
        source,
    ):  # a copied workspace has its own key
        return
    with db.write() as c:
        endpoints.put(c, LOCAL, base_url=address, key_source=source, practice=True)
