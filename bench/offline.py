"""The offline answer: cold start, each stage, memory; beside the plain LlamaIndex query engine over the same articles.

Cold start is a fresh process from its first import to its first answer, the store being there. The baseline is the LlamaIndex
starter (its reader, splitter, VectorStoreIndex and query engine with MockLLM) with the same offline embedding, in a process of
its own; it writes no answer, so its time is what it adds around a model.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_OURS = """
import json, resource, sys, time
start = time.perf_counter()
from assistant import Assistant, Settings
assistant = Assistant(Settings(corpus=sys.argv[1], store=sys.argv[2]))
questions = json.load(open(sys.argv[3], encoding="utf-8"))
assistant.ask(questions[0])
cold = time.perf_counter() - start
rows = [dict(assistant.ask(question).timings_ms) for question in questions]
print(json.dumps({"cold_s": cold, "rows": rows, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""

_BASELINE = """
import json, resource, sys, time
start = time.perf_counter()
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.llms import MockLLM
from assistant.embeddings import OfflineEmbedding
documents = SimpleDirectoryReader(sys.argv[1], required_exts=[".md"], recursive=True).load_data()
documents = [document for document in documents if document.metadata["file_name"] == "zh.md"]
engine = VectorStoreIndex.from_documents(documents, embed_model=OfflineEmbedding()).as_query_engine(llm=MockLLM(max_tokens=64))
questions = json.load(open(sys.argv[3], encoding="utf-8"))
engine.query(questions[0])
cold = time.perf_counter() - start
rows = []
for question in questions:
    begin = time.perf_counter()
    engine.query(question)
    rows.append({"total": (time.perf_counter() - begin) * 1e3})
print(json.dumps({"cold_s": cold, "rows": rows, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def questions_of(gold: Path, count: int) -> list[str]:
    """The first `count` gold questions, the three languages in turn."""
    rows = [
        json.loads(line)
        for line in (gold / "answerable.jsonl").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    found = [row[language]["question"] for row in rows for language in ("zh", "ru", "en")]
    return found[:count]


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@dataclass(frozen=True, slots=True)
class Run:
    """One fresh process. `cold_s`: first import to first answer. `rows`: milliseconds a stage, one row a question."""

    cold_s: float
    rows: list[dict[str, float]]
    rss_mb: float


def measure(program: str, corpus: Path, store: Path, questions: Path) -> Run:
    done = subprocess.run(
        [sys.executable, "-c", program, str(corpus), str(store), str(questions)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench offline", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--gold", type=Path, default=ROOT / "eval" / "gold")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5, help="fresh processes of each, one by one")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store, file = Path(folder) / "store", Path(folder) / "questions.json"
        file.write_text(json.dumps(questions_of(options.gold, options.questions)), encoding="utf-8")
        subprocess.run(
            [sys.executable, "-m", "assistant", "ingest", "--corpus", str(options.corpus), "--store", str(store)],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        runs = [
            (measure(_OURS, options.corpus, store, file), measure(_BASELINE, options.corpus, store, file))
            for _ in range(options.runs)
        ]
    report([ours for ours, _ in runs], [theirs for _, theirs in runs])
    return 0


def report(ours: Sequence[Run], theirs: Sequence[Run]) -> None:
    """Stages and questions are those of the run with the middle cold start; a slow neighbour on the machine moves the median
    of several runs, never their minimum."""
    rows, plain = (sorted(runs, key=lambda run: run.cold_s)[len(runs) // 2].rows for runs in (ours, theirs))
    out = sys.stdout.write
    out(f"{len(rows)} questions, {len(ours)} fresh processes\n{'stage':10} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}\n")
    for stage in dict.fromkeys(name for row in rows for name in row):
        values = [row[stage] for row in rows if stage in row]
        out(f"{stage:10} {statistics.median(values):8.2f} {percentile(values, 0.95):8.2f} {max(values):8.2f}\n")
    out(f"\n{'':26} {'assistant':>10} {'LlamaIndex':>11} {'ratio':>6}\n")
    pairs = (
        ("cold start, min s", min(run.cold_s for run in ours), min(run.cold_s for run in theirs)),
        (
            "cold start, median s",
            statistics.median(run.cold_s for run in ours),
            statistics.median(run.cold_s for run in theirs),
        ),
        (
            "a question, p50 ms",
            statistics.median(row["total"] for row in rows),
            statistics.median(row["total"] for row in plain),
        ),
        (
            "a question, p95 ms",
            percentile([row["total"] for row in rows], 0.95),
            percentile([row["total"] for row in plain], 0.95),
        ),
        ("peak memory, MB", max(run.rss_mb for run in ours), max(run.rss_mb for run in theirs)),
    )
    for name, own, other in pairs:
        out(f"{name:26} {own:10.2f} {other:11.2f} {own / other:6.2f}\n")
