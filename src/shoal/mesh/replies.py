"""Replies: what Envoy answers by itself is JSON in the shape of an API's error."""

from __future__ import annotations

import json

from shoal.mesh.envoy import Json, extension, overwrite
from shoal.model.app import Maintenance

CONTENT_TYPE = "application/json; charset=utf-8"
NOT_FOUND = '{"errors":{"path":["not found"]}}'
# The body of a route that the file itself gives (`respond`) is left alone.
OWN = 'response.code_details != "direct_response"'


def local_replies(key: str) -> Json:
    """`{"errors": {"<key>": ["<what>"]}}` for a missing host, a timeout, a bad request."""
    body = {"json_format": {"errors": {key: ["%LOCAL_REPLY_BODY%"]}}, "content_type": CONTENT_TYPE}
    return {"mappers": [{"filter": _expression(OWN), "body_format_override": body}]}


def _expression(text: str) -> Json:
    kind = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    return {"extension_filter": extension("envoy.access_loggers.extension_filters.cel", kind, expression=text)}


def maintenance(said: Maintenance) -> Json:
    """Nobody is served for now."""
    body = said.body or json.dumps({"errors": {"gateway": [said.message]}})
    reply = direct(503, body, said.content_type or CONTENT_TYPE)
    headers = [overwrite("retry-after", str(said.retry_after)), overwrite("cache-control", "no-store")]
    return reply | {"response_headers_to_add": [*reply["response_headers_to_add"], *headers]}


def direct(status: int, body: str, content_type: str = CONTENT_TYPE) -> Json:
    """A route's answer without an upstream."""
    reply: Json = {"direct_response": {"status": status}}
    if body:
        reply["direct_response"]["body"] = {"inline_string": body}
        header = {"header": {"key": "content-type", "value": content_type}}
        reply["response_headers_to_add"] = [{**header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]
    return reply
