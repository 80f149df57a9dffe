"""Who may import whom: the layers, the owners of vendor packages, and what an import must not do. And the guard itself."""

from __future__ import annotations

import ast
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import NetworkUsedError, is_loopback

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "assistant"

# A module imports from the rows above its own, or from its own row without a circle. This table is the truth.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"collector", "records", "errors"}),
    frozenset({"settings", "language", "quantities", "tokens", "prompts", "articles", "names", "thesaurus", "phrases"}),
    frozenset({"passages", "models", "embeddings", "fusion", "citations", "questions", "topics"}),
    frozenset({"store", "lexical", "spelling"}),
    frozenset({"indexing", "retrieval"}),
    frozenset(
        {
            "matching",
            "evidence",
            "deciding",
            "ground",
            "claims",
            "claimed_names",
            "bindings",
            "verification",
            "followup",
            "smalltalk",
        }
    ),
    frozenset({"extractive", "generative", "enrichment"}),
    frozenset({"answering"}),
    frozenset({"api"}),
    frozenset({"cli"}),
)
LAYER_OF = {module: number for number, row in enumerate(LAYERS) for module in row}

# Each vendor package belongs to the module that owns it. LlamaIndex is the framework: its node, embedding and retriever classes
# are the borders between these modules.
OWNERS: dict[str, frozenset[str]] = {
    "bm25s": frozenset({"lexical"}),
    "chromadb": frozenset({"store"}),
    "filelock": frozenset({"store"}),
    "tiktoken": frozenset({"tokens"}),
    "openai": frozenset({"models"}),
    "babel": frozenset({"names", "phrases"}),
    "opencc": frozenset({"language"}),
    "pymorphy3": frozenset({"language"}),
    "Stemmer": frozenset({"language"}),
    "rapidfuzz": frozenset({"spelling"}),
    "pypinyin": frozenset({"spelling"}),
    "yaml": frozenset({"articles"}),
    "dotenv": frozenset({"settings"}),
    "pydantic_settings": frozenset({"settings"}),
    "onnxruntime": frozenset({"embeddings"}),
    "tokenizers": frozenset({"embeddings"}),
    "rich": frozenset({"cli"}),
    "llama_index": frozenset({"passages", "embeddings", "store", "indexing", "retrieval"}),
}
GENERAL = frozenset({"regex", "numpy", "pydantic"})  # a better re, arrays, and the parser of outside data: no owner
OURS_BESIDE = frozenset({"eval", "app_gradio", "ui"})  # what `assistant eval`, `serve` and `feedback` start
VENDORS = frozenset(OWNERS) | GENERAL

MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__"))


def imports_of(module: str) -> list[tuple[str, bool]]:
    """(dotted name, whether for type checking only) of every import of a module of the package, those inside functions too."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in node.body
        for inner in ast.walk(child)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.extend((alias.name, id(node) in typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names = (
                [f"assistant.{alias.name}" for alias in node.names]
                if node.module == "assistant"
                else [node.module or ""]
            )
            found.extend((name, id(node) in typing_only) for name in names)
    return found


def own_imports(module: str) -> set[str]:
    return {
        name.split(".")[1]
        for name, typing_only in imports_of(module)
        if name.startswith("assistant.") and not typing_only
    }


def vendors_of(module: str) -> set[str]:
    tops = {name.split(".")[0] for name, _ in imports_of(module)}
    return {top for top in tops if top not in sys.stdlib_module_names and top != "assistant" and top not in OURS_BESIDE}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_its_layer(module: str) -> None:
    assert module in LAYER_OF, f"put {module} into a row of LAYERS"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_its_own_layer_and_those_above_only(module: str) -> None:
    below = sorted(other for other in own_imports(module) if LAYER_OF[other] > LAYER_OF[module])
    assert below == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {module: own_imports(module) & set(MODULES) for module in MODULES}
    while free := [module for module, needed in left.items() if not needed & left.keys()]:
        for module in free:
            del left[module]
    assert left == {}


@pytest.mark.parametrize("module", MODULES)
def test_a_vendor_package_is_imported_by_the_module_that_owns_it(module: str) -> None:
    foreign = sorted(vendor for vendor in vendors_of(module) - GENERAL if module not in OWNERS.get(vendor, ()))
    assert foreign == []


def test_every_vendor_package_of_the_table_is_used_by_its_owner() -> None:
    unused = sorted(
        (vendor, module) for vendor, owners in OWNERS.items() for module in owners if vendor not in vendors_of(module)
    )
    assert unused == []


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "action",
    [
        "import assistant",
        "import assistant; assistant.__all__; dir(assistant)",
        "from assistant.cli import main; main(['--help'])",
        "from assistant.cli import main; main(['ask', '--help'])",
    ],
)
def test_the_package_and_its_help_load_no_vendor_package(action: str) -> None:
    code = (
        "import json, sys\n"
        f"try:\n    {action}\n"
        "except SystemExit as stop:\n    assert not stop.code\n"
        "print(); print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    assert VENDORS.intersection(json.loads(in_a_fresh_process(code))) == set()


def test_importing_every_module_opens_no_socket_writes_no_file_and_configures_no_logging() -> None:
    """A loaded vendor may read its own files; nothing is written, and the environment and the root logger stay as they are."""
    code = (
        "import importlib, json, logging, os, sys\n"
        "sys.dont_write_bytecode = True\n"
        "found = []\n"
        "def watch(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'os.mkdir'): found.append([event, repr(arguments)])\n"
        "    if event == 'open' and isinstance(arguments[1], str) and set(arguments[1]) & set('wax+'): found.append([event, repr(arguments[:2])])\n"
        "before, handlers = dict(os.environ), list(logging.root.handlers)\n"
        "sys.addaudithook(watch)\n"
        f"for name in {MODULES!r}: importlib.import_module('assistant.' + name)\n"
        "changed = sorted(k for k in os.environ if k.startswith(('ASSISTANT_', 'OPENAI_', 'CHROMA_', 'TIKTOKEN_')) and os.environ[k] != before.get(k))\n"
        "print(json.dumps([found, changed, logging.root.handlers == handlers]))"
    )
    found, changed, same_handlers = json.loads(in_a_fresh_process(code))
    assert [item for item in found if "/dev/null" not in item[1]] == []
    assert changed == []
    assert same_handlers


# --- the guard -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), (b"localhost", True), (None, True), ("", True), ("/run/x", True),
        ("0.0.0.0", False), ("10.0.0.1", False), ("192.0.2.1", False), ("example.org", False), ("fe80::1%eth0", False), ("localhost.example.org", False),
    ],
)  # fmt: skip
def test_loopback_is_told_from_everything_else(host: object, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_guard_stops_a_socket_that_leaves_the_machine(network_attempts: list[str]) -> None:
    with socket.socket() as outside, pytest.raises(NetworkUsedError):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkUsedError):
        socket.getaddrinfo("example.org", 80)
    assert network_attempts == ["socket.connect '192.0.2.1'", "socket.getaddrinfo 'example.org'"]
    network_attempts.clear()


def test_the_guard_lets_loopback_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"x")
