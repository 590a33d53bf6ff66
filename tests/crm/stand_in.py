"""What the stand-ins for services share: HTTP on loopback, and the trouble that a test asks for."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]


class TroubleError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, body: Any, **headers: str):
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True)
class Strange:
    """An answer that the service never gives: somebody between here and there does."""

    body: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json;charset=utf-8"),)
    missing: int = 0  # how many bytes of the body are promised and do not come
    is_taken: bool = False  # whether the service has had the request all the same


@dataclass
class Request:
    """A request as a stand-in gets it."""

    method: str
    path: str
    query: dict[str, str]
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        """The body, read as JSON or as a form."""
        if "json" in (self.headers["Content-Type"] or ""):
            return json.loads(self.text or "{}")
        return dict(parse_qsl(self.text))


class Service:
    """What a stand-in is, to whoever serves it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests: list[tuple[str, Any]] = []
        # What to do with the next requests, one each: None, "drop", "drop after", a TroubleError or
        # something Strange.
        self.faults: Iterator[Any] = iter(())
        self.after_write: Callable[[], None] = lambda: None

    def respond(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        """Answer: the status, the body (JSON, or text) and headers."""
        raise NotImplementedError

    def is_write(self, request: Request) -> bool:
        """Whether a request changes something."""
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    """HTTP in front of a stand-in."""

    protocol_version = "HTTP/1.1"
    service: Service
    verbose = False

    def do_GET(self) -> None:
        self.handle_request()

    def do_POST(self) -> None:
        self.handle_request()

    def do_PATCH(self) -> None:
        self.handle_request()

    def do_PUT(self) -> None:
        self.handle_request()

    def handle_request(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers["Content-Length"] or 0)
        text = self.rfile.read(length).decode()
        query = dict(parse_qsl(url.query))
        request = Request(self.command, url.path, query, self.headers, text)
        service = self.service
        headers: dict[str, str] = {}
        with service.lock:
            fault = next(service.faults, None)
            service.requests.append((f"{request.method} {request.path}", request.body))
            try:
                if isinstance(fault, TroubleError):
                    raise fault
                is_lost = fault == "drop" or (isinstance(fault, Strange) and not fault.is_taken)
                status, answer, headers = (0, {}, {}) if is_lost else service.respond(request)
            except TroubleError as problem:
                status, answer, headers = problem.status, problem.body, problem.headers
        if 200 <= status < 300 and service.is_write(request):
            service.after_write()
        if fault in ("drop", "drop after"):
            self.close_connection = True
            return
        if isinstance(fault, Strange):
            self.send_strange(fault)
            return
        if self.verbose:
            print(f"{status} {request.method} {request.path}", flush=True)
        is_text = isinstance(answer, str)
        data = (answer if is_text else json.dumps(answer)).encode()
        self.send_response(status)
        kind = "text/csv" if is_text else "application/json;charset=utf-8"
        for name, value in (
            {"Content-Type": kind, "Content-Length": str(len(data))} | headers
        ).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def send_strange(self, strange: Strange) -> None:
        data = strange.body.encode()
        self.send_response(strange.status)
        for name, value in strange.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + strange.missing))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = bool(strange.missing)

    def log_message(self, *_: Any) -> None:
        """Say nothing by the way."""


class Server(ThreadingHTTPServer):
    """Does not mind callers that are gone before they are answered."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(service: Service, verbose: bool = False) -> Iterator[str]:
    """Answer requests on loopback; gives the address."""
    handler = type("BoundHandler", (Handler,), {"service": service, "verbose": verbose})
    server = Server(("127.0.0.1", 0), handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service.address
    finally:
        server.shutdown()
        server.server_close()


def wait_for_end(address_line: str) -> None:
    """Say how to reach a stand-in, and let it serve until it is stopped."""
    print(address_line, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
