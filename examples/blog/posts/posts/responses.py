"""Answers that have no body."""

from flask import Response


def no_content() -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response
