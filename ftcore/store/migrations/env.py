"""Alembic's entry: it runs on the connection that `upgrade` was given, in that connection's transaction."""

from alembic import context

from ftcore.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
