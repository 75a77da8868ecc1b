"""A small webhook receiver that checks signatures, as a CRM's side would: for demo and tests."""

import hashlib
import hmac
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from types import TracebackType


class Receiver:
    """Listens on loopback; `wait` returns one line about the next call rightly signed."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(32).encode()
        self.bodies: list[bytes] = []
        self._receipts: Queue[str] = Queue()
        receiver = self

        class Post(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                accepted = receiver.receive(body, dict(self.headers.items()))
                self.send_response(204 if accepted else 401)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Post)
        self.url = f"http://127.0.0.1:{self._server.server_port}/trunkline"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def receive(self, body: bytes, headers: dict[str, str]) -> bool:
        """Keep the body if its signature is right."""
        signed = headers["Trunkline-Timestamp"].encode() + b"." + body
        expected = "v1=" + hmac.new(self.secret, signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, headers["Trunkline-Signature"]):
            return False
        self.bodies.append(body)
        segments = len(json.loads(body).get("segments", ()))
        self._receipts.put(
            f"{headers['Trunkline-Event']}  {headers['Idempotency-Key']}  {len(body)} bytes, "
            f"{segments} segments, signature verified"
        )
        return True

    def wait(self, seconds: float) -> str:
        """The next receipt; empty if none came in time."""
        try:
            return self._receipts.get(timeout=seconds)
        except Empty:
            return ""

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
