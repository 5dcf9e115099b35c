"""The loopback HTTP server between the planning side (Python) and the drawing side (the page in a browser)."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

import numpy as np

from turnaround_training.errors import StageError
from turnaround_training.render.environments import Environment

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".js": "text/javascript"}


@dataclass
class Exchange:
    """What the two sides share. jobs yields scenes of plan.py with a unique "key"; deliver(key, view, pixels) takes a
    picture; skip(key, car, message) hears of a car the page can't draw. finished is set at the end or on failure."""

    settings: dict
    jobs: Iterator[dict]
    deliver: Callable[[str, int, bytes], None]
    skip: Callable[[str, str, str], None]
    cars: dict[str, Path]
    environments: dict[str, Environment]
    three: Path
    finished: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, error: BaseException) -> None:
        """Remember the first error and end the run."""
        self.failure = self.failure or error
        self.finished.set()


def environment_bytes(environment: Environment) -> bytes:
    """A map as float16 RGBA, bottom row first, as WebGL wants it."""
    height, width, _ = environment.radiance.shape
    rgba = np.ones((height, width, 4), dtype=np.float16)
    rgba[..., :3] = np.minimum(environment.radiance[::-1], 60000.0)
    return rgba.tobytes()


class LoopbackServer(ThreadingHTTPServer):
    """Silent about connections that the browser drops when it ends."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Report everything but a dropped connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def start_server(exchange: Exchange) -> ThreadingHTTPServer:
    """Serve the exchange on a free port of 127.0.0.1 in a background thread."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlparse(self.path).path)
            if path == "/":
                self._file(PAGE / "index.html")
            elif path.startswith("/page/"):
                self._file(_inside(PAGE, path[6:]))
            elif path.startswith("/three/"):
                self._file(_inside(exchange.three, path[7:]))
            elif path == "/settings":
                self._send(200, json.dumps(exchange.settings).encode(), "application/json")
            elif path == "/job":
                self._job()
            elif path.startswith("/car/") and path[5:] in exchange.cars:
                self._file(exchange.cars[path[5:]])
            elif path.startswith("/environment/") and path[13:] in exchange.environments:
                self._send(200, environment_bytes(exchange.environments[path[13:]]), "application/octet-stream")
            else:
                self._send(404, b"", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            address = urlparse(self.path)
            try:
                with exchange.lock:
                    self._take(address.path, parse_qs(address.query), body)
            except Exception as error:
                exchange.fail(error)
            self._send(200, b"", "text/plain")

        def _take(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
            if exchange.finished.is_set():
                return
            if path == "/picture":
                exchange.deliver(query["key"][0], int(query["view"][0]), body)
            elif path == "/skip":
                message = json.loads(body)
                exchange.skip(message["key"], message["car"], message["message"])
            elif path == "/failed":
                raise StageError(f"The drawing page failed: {json.loads(body)['message']}")
            elif path == "/finished":
                exchange.finished.set()

        def _job(self) -> None:
            try:
                with exchange.lock:
                    job = None if exchange.finished.is_set() else next(exchange.jobs, None)
            except Exception as error:
                exchange.fail(error)
                job = None
            if job is None:
                self._send(204, b"", "application/json")
            else:
                self._send(200, json.dumps(job).encode(), "application/json")

        def _file(self, path: Path | None) -> None:
            if path is None or not path.is_file():
                self._send(404, b"", "text/plain")
            else:
                self._send(200, path.read_bytes(), TYPES.get(path.suffix, "application/octet-stream"))

        def _send(self, status: int, body: bytes, content_type: str) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Silent: a line a request would hide the progress."""

    server = LoopbackServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _inside(folder: Path, name: str) -> Path | None:
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) else None
