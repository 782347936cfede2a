"""The event worker: keeps the copies of users and follows up to date."""
