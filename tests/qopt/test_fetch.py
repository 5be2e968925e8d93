"""Downloads against a local server: resumed, checked, refused, never half there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import qopt
from qminima import InputError, Progress
from qopt.cli import app
from qopt.instances.downloads import Remote, instances, select, sets

CONTENT = b"3 2\n1 2 1\n2 3 -1\n" + b"\n" * 300_000


class Server(ThreadingHTTPServer):
    """Serves one content at any path, as badly as a test asks for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.ranges = True
        self.cut: list[int] = []  # bytes after which each next answer breaks off
        self.status = 200
        self.requests: list[tuple[str, str | None]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.server.requests.append((self.path, asked))
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        first = int(asked[6:-1]) if asked and self.server.ranges else 0
        if first >= len(self.server.content):
            self.send_error(416)
            return
        body = self.server.content[first:]
        self.send_response(206 if asked and self.server.ranges else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.cut:
            body = body[: self.server.cut.pop(0)]
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as found:
        threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
        remote = Remote(
            "G1", "gset", f"{found.address}/G1", "G1.rud", len(CONTENT), sha256(CONTENT).hexdigest()
        )
        monkeypatch.setattr("qopt.instances.downloads.instances", lambda: {"G1": remote})
        yield found
        found.shutdown()


def test_download(server: Server, tmp_path: Path) -> None:
    notes: list[str] = []

    class Notes(Progress):
        def note(self, text: str) -> None:
            notes.append(text)

    (path,) = qopt.fetch(["G1"], tmp_path, progress=Notes())
    assert path.read_bytes() == CONTENT
    assert [one.name for one in tmp_path.iterdir()] == ["G1.rud"]
    assert notes[-1] == "0.3 of 0.3 MB"
    assert qopt.read_file(path).number_of_edges() == 2
    qopt.fetch(["g1"], tmp_path)  # is there already
    assert server.requests == [("/G1", None)]


def test_mirror(server: Server, tmp_path: Path) -> None:
    qopt.fetch(["gset"], tmp_path, mirror=server.address + "/")
    assert server.requests == [("/gset/G1.rud", None)]
    with pytest.raises(InputError, match="address of a mirror"):
        qopt.fetch(["gset"], tmp_path, mirror="file:///etc")


def test_a_download_that_is_cut_off_goes_on(server: Server, tmp_path: Path) -> None:
    server.cut = [100_000, 70_000]
    (path,) = qopt.fetch(["G1"], tmp_path)
    assert path.read_bytes() == CONTENT
    assert [asked for _, asked in server.requests] == [None, "bytes=100000-", "bytes=170000-"]


def test_the_next_command_goes_on_as_well(server: Server, tmp_path: Path) -> None:
    server.cut = [10, 10, 10]
    with pytest.raises(InputError, match="the same command tries again"):
        qopt.fetch(["G1"], tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [".G1.rud.part"]
    (path,) = qopt.fetch(["G1"], tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.requests[-1] == ("/G1", "bytes=30-")


def test_a_server_without_ranges_sends_all_again(server: Server, tmp_path: Path) -> None:
    server.ranges, server.cut = False, [1000]
    (path,) = qopt.fetch(["G1"], tmp_path)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "content",
    [CONTENT[:-1] + b"x", b"x" + CONTENT, CONTENT + b"more"],
    ids=["last", "first", "long"],
)
def test_wrong_content_is_not_kept(server: Server, tmp_path: Path, content: bytes) -> None:
    server.content = content
    if content.startswith(CONTENT):  # what is beyond the known size is never read
        assert qopt.fetch(["G1"], tmp_path)[0].read_bytes() == CONTENT
        return
    with pytest.raises(InputError, match="checksum is wrong"):
        qopt.fetch(["G1"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_is_no_part_of_it(server: Server, tmp_path: Path) -> None:
    part = tmp_path / ".G1.rud.part"
    for old in (b"y" * 100, b"y" * (len(CONTENT) + 5)):
        part.write_bytes(old)
        if len(old) < len(CONTENT):
            with pytest.raises(InputError, match="checksum"):
                qopt.fetch(["G1"], tmp_path)
        assert qopt.fetch(["G1"], tmp_path)[0].read_bytes() == CONTENT
        (tmp_path / "G1.rud").unlink()
    server.content = CONTENT[:50]
    part.write_bytes(CONTENT[:100])
    with pytest.raises(InputError, match="cannot download"):
        qopt.fetch(["G1"], tmp_path)


@pytest.mark.parametrize(("status", "requests"), [(404, 1), (403, 1), (500, 3), (503, 3)])
def test_refusals_of_the_server(server: Server, tmp_path: Path, status: int, requests: int) -> None:
    server.status = status
    with pytest.raises(InputError, match="cannot download"):
        qopt.fetch(["G1"], tmp_path)
    assert len(server.requests) == requests
    assert list(tmp_path.iterdir()) == []


def test_nobody_answers(tmp_path: Path) -> None:
    with Server() as closed:
        address = closed.address
    with pytest.raises(InputError, match="refused"):
        qopt.fetch(["G1"], tmp_path, mirror=address)


def test_places_that_cannot_be_written_to(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make it first"):
        qopt.fetch(["G1"], tmp_path / "no")
    (tmp_path / "G1.rud").write_text("mine")
    with pytest.raises(InputError, match="is another file"):
        qopt.fetch(["G1"], tmp_path)
    assert (tmp_path / "G1.rud").read_text() == "mine"
    (tmp_path / "G1.rud").unlink()
    (tmp_path / ".G1.rud.part").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        qopt.fetch(["G1"], tmp_path)


def test_nothing_is_written_through_a_link(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (tmp_path / "victim").write_text("mine")
    (folder / ".G1.rud.part").symlink_to(tmp_path / "victim")
    assert qopt.fetch(["G1"], folder)[0].read_bytes() == CONTENT
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_pipe_in_the_place_of_the_file(server: Server, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "G1.rud")
    with pytest.raises(InputError, match="no ordinary file"):
        qopt.fetch(["G1"], tmp_path)


def test_command(server: Server, tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["fetch", "G1", "--folder", str(tmp_path)])
    assert (run.exit_code, run.stdout) == (0, f"{tmp_path / 'G1.rud'}\n")
    server.status = 404
    run = CliRunner().invoke(app, ["fetch", "G1", "--folder", str(tmp_path.parent)])
    assert run.exit_code == 2
    assert "error: cannot download" in run.stderr


def test_index() -> None:
    assert set(sets()) == {"gset", "biqmac", "qplib"}
    assert len(select(["gset"])) == 71
    for name, remote in instances().items():
        assert remote.url.startswith("https://")
        assert remote.file.startswith(name + ".")
        assert len(remote.checksum) == 64
        assert set(remote.checksum) <= set("0123456789abcdef")
        assert 0 < remote.size < 10**7
    with pytest.raises(InputError, match="did you mean bqp50-1"):
        select(["bqp50-11"])
    with pytest.raises(InputError, match="Known are: biqmac, gset, qplib"):
        select(["tsplib"])
