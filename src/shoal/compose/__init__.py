"""COMPOSE FILES: read, and made what shoal itself reads; and written."""
