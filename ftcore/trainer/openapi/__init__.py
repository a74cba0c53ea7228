"""The server's OpenAPI description: what each route is asked and what it answers."""
