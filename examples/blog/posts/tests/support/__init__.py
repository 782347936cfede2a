"""What the tests run against: a database, a stream, a users service."""
