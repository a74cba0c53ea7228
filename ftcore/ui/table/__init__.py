"""The table of examples: filters, columns, edits in place, actions on many rows."""
