"""Where `flask` and any WSGI server find the application."""

from posts.app import create_app

app = create_app()
