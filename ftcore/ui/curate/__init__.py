"""What the modes of Curate share: the curator's line, where a curator stands, health, history."""
