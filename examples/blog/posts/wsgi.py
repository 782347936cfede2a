"""Where `flask` finds the application, with what only its commands need.

Migrations take a quarter of a second to import, so the server goes without.
"""

from flask_migrate import Migrate

from posts.app import create_app
from posts.database import db

app = create_app()
Migrate(app, db)
