"""Where `flask` finds the application, with what only its commands need: `flask db` takes a third of a second to import."""

from flask_migrate import Migrate

from posts.app import create_app
from posts.database import db

app = create_app()
Migrate(app, db)
