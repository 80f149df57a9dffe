"""Nothing but loopback: a hook of the interpreter sees every name asked for and every connection opened."""

from __future__ import annotations

import json
from pathlib import Path

from helpers_e2e import script

HOOK = """
import ipaddress, json, sys
seen = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else address
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    elif event == "urllib.Request":
        host = arguments[0]
    else:
        return
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        inside = ipaddress.ip_address(text).is_loopback
    except ValueError:
        inside = text in ("localhost", "None", "") or text.startswith("/")
    if not inside:
        seen.append([event, text])
sys.addaudithook(hook)
"""
TELL = "\nprint(json.dumps(seen), file=sys.stderr)\n"


def outside(code: str, *arguments: str | Path) -> list[list[str]]:
    done = script(HOOK + code + TELL, *arguments)
    assert done.code == 0, done.err
    found: list[list[str]] = json.loads(done.err.splitlines()[-1])
    return found


def test_the_hook_sees_a_connection() -> None:
    code = "import socket\ntry:\n    socket.getaddrinfo('nowhere.invalid', 80)\nexcept OSError:\n    pass"
    assert outside(code) == [["socket.getaddrinfo", "nowhere.invalid"]]


def test_ingest_ask_status_and_rebuild_open_no_connection(small_corpus: Path, tmp_path: Path) -> None:
    code = """
from assistant.cli import main
places = ["--corpus", sys.argv[1], "--store", sys.argv[2]]
assert main(["ingest", *places]) == 0
assert main(["ask", *places, "码头有多长？"]) == 0
assert main(["ask", *places, "--json", "--lang", "ru", "码头有多长？"]) == 0
assert main(["ask", *places, "月球上有几家餐馆？"]) == 0
assert main(["status", "--verify", *places]) == 0
assert main(["ingest", "--rebuild", *places]) == 0
from assistant import Assistant, Settings
from pathlib import Path
with Assistant(Settings(corpus=Path(sys.argv[1]), store=Path(sys.argv[2]))) as a:
    list(a.stream("Какова длина причала?"))
"""
    assert outside(code, small_corpus, tmp_path / "store") == []


def test_importing_everything_and_the_page_opens_no_connection() -> None:
    code = """
import importlib, pkgutil
import app_gradio  # first, as the program does
for name in ("assistant", "ui"):
    for found in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
assert "gradio" in sys.modules
"""
    assert outside(code) == []
