"""Taking a tuned model away: the adapter, the merged weights, or both with what Ollama wants to know; each with a card."""
