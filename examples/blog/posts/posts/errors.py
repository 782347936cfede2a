"""Everything a client can be told: always `{"errors": {key: [message, ...]}}`."""

import logging
from collections.abc import Mapping

from flask import Flask, Response, jsonify
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)

RETRY_AFTER_S = 1


class ApiError(Exception):
    """The request ends here with this status and these errors."""

    def __init__(self, status: int, errors: Mapping[str, str]) -> None:
        super().__init__(f"{status} {dict(errors)}")
        self.status = status
        self.errors = errors


def unauthorized(message: str) -> ApiError:
    return ApiError(401, {"token": message})


def forbidden(what: str) -> ApiError:
    return ApiError(403, {what: "forbidden"})


def not_found(what: str) -> ApiError:
    return ApiError(404, {what: "not found"})


def invalid(errors: Mapping[str, str]) -> ApiError:
    return ApiError(422, errors)


def unavailable(what: str, message: str) -> ApiError:
    return ApiError(503, {what: message})


def error_response(status: int, errors: Mapping[str, str]) -> Response:
    response = jsonify(errors={key: [message] for key, message in errors.items()})
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def register_error_handlers(app: Flask) -> None:
    app.register_error_handler(ApiError, _api_error)
    app.register_error_handler(HTTPException, _http_error)
    for lost in (OperationalError, InterfaceError, InternalError, PoolTimeout):
        app.register_error_handler(lost, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _api_error(error: ApiError) -> Response:
    return error_response(error.status, error.errors)


def _http_error(error: HTTPException) -> Response:
    """What Flask itself refuses: an unknown path, a wrong method, a body that is too large."""
    status = error.code or 500
    response = error_response(status, {_KEYS.get(status, "request"): error.name.lower()})
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _database_error(error: Exception) -> Response:
    log.error("the database cannot be used: %s", getattr(error, "orig", error))
    return error_response(503, {"database": "is unavailable"})


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected error", exc_info=error)
    return error_response(500, {"server": "failed"})


_KEYS = {404: "path", 405: "method", 413: "body"}
