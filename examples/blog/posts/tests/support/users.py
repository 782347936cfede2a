"""Stands in for the users service: signs tokens and publishes its keys."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


@dataclass
class SigningKey:
    kid: str = field(default_factory=lambda: uuid4().hex)
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def jwk(self) -> dict[str, Any]:
        public = ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.kid, "use": "sig", "alg": "ES256"}

    def sign(self, **claims: Any) -> str:
        return jwt.encode(claims, self.private, algorithm="ES256", headers={"kid": self.kid})

    def token(self, user_id: UUID, name: str, **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": "users", "sub": str(user_id), "username": name, "ver": 1}
        return self.sign(**{**claims, "iat": now, "exp": now + 3600, **changes})


class UsersService:
    """Serves the JWKS; counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [SigningKey()]
        self.fetches = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._request_handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    @property
    def key(self) -> SigningKey:
        return self.keys[-1]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _request_handler(users) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Jwks(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                users.fetches += 1
                known = self.path == "/.well-known/jwks.json"
                body = json.dumps({"keys": [key.jwk for key in users.keys]}).encode()
                self.send_response(200 if known else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Jwks
