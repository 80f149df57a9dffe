"""The page over HTTP: what is open and what is shut, the API for programs, sign-in, health."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_support import Scripted, gradio_leftovers, make_corpus, running, settings_for

from assistant.errors import SettingsError
from ui.security import Login, is_closed, is_own_name, policy
from ui.server import Page, hosts_of

QUESTION = "When did the China–SCO conference open?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("http")
    make_corpus(found / "corpus")
    return found


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[tuple[str, Page]]:
    settings = settings_for(folder, requests_per_minute=0, max_question_chars=300, origins="https://friend.example")
    with running(settings, Scripted(settings)) as found:
        yield found


@pytest.fixture(scope="module")
def http(server: tuple[str, Page]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server[0], timeout=30) as client:
        yield client


# --- what every reply carries ---


@pytest.mark.parametrize(
    "path", ["/", "/articles", "/glossary", "/healthz", "/static-page/app.js", "/nothing", "/gradio_api/upload"]
)
def test_every_reply_has_the_security_headers(http: httpx.Client, path: str) -> None:
    reply = http.get(path)
    nonce = re.search(r"'nonce-([\w-]+)'", reply.headers["content-security-policy"])
    assert nonce
    assert reply.headers["content-security-policy"] == policy(nonce[1])
    assert reply.headers["x-content-type-options"] == "nosniff"
    if reply.headers.get("content-type", "").startswith("text/html"):
        scripts = re.findall(r"<script[^>]*>", reply.text)
        assert all(f'nonce="{nonce[1]}"' in script for script in scripts)


def test_the_nonce_is_new_each_time(http: httpx.Client) -> None:
    policies = {http.get("/").headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3
    assert not any(word in text for text in policies for word in ("unsafe-eval", "http:", "https:", "*"))


def test_the_page_names_no_other_host_that_is_loaded(http: httpx.Client) -> None:
    page = http.get("/").text
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', page)
    assert loaded
    assert not [address for address in loaded if address.startswith(("http:", "https:", "//"))]


# --- what is shut ---


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/runs", "/gradio_api/component_server", "/gradio_api/deep_link", "/file=/etc/passwd", "/run/predict", "/monitoring", "/login/huggingface"],
)  # fmt: skip
def test_doors_that_nobody_needs_are_shut(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404
    assert http.post(path, files={"files": b"x"}).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/static/../../../etc/passwd", "/static-page/..%2f..%2fserver.py", "/static-page/../texts.py", "/assets/..%2f..%2f..%2froutes.py", "/articles/..%2f..%2fglossary.csv", "/export/..%2fx.md"])  # fmt: skip
def test_no_path_leads_out_of_its_folder(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code in (404, 403)


def test_what_gradio_needs_is_open() -> None:
    for path in ("/", "/config", "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/call/ask", "/gradio_api/info", "/gradio_api/mcp/", "/gradio_api/heartbeat/x", "/theme.css", "/assets/x.js"):  # fmt: skip
        assert not is_closed(path)


def test_another_sites_page_cannot_call_or_read(http: httpx.Client) -> None:
    body = {"question": QUESTION}
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://x"},
    ):
        reply = http.post("/api/ask", json=body, headers=headers)
        assert reply.status_code == 403
        assert "access-control-allow-origin" not in reply.headers
    assert (
        http.get("/api/glossary", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}).status_code == 403
    )
    assert http.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200
    reply = http.get("/healthz", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in reply.headers
    reply = http.post("/api/ask", json=body, headers={"origin": "https://friend.example"})
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, "https://friend.example")


def test_a_name_that_was_made_to_lead_here_is_turned_away(http: httpx.Client) -> None:
    for path in ("/", "/api/glossary", "/gradio_api/mcp/", "/gradio_api/info"):
        reply = http.get(path, headers={"host": "evil.example:7860", "accept-language": "ru"})
        assert (reply.status_code, "ASSISTANT_HOSTS" in reply.text) == (421, True)
    assert http.get("/healthz", headers={"host": "localhost:7860"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1:7860", True), ("[::1]:7860", True), ("LOCALHOST", True), ("192.168.1.7", True), ("", True), ("qa.example.org:443", True), ("QA.example.org.", True),
        ("qa.example.org.evil.example", False), ("127.0.0.1.evil.example", False), ("localhost.evil.example", False), ("[", False), ("a b", False),
    ],
)  # fmt: skip
def test_addresses_localhost_and_the_names_that_were_told_are_own(host: str, own: bool) -> None:
    assert is_own_name(host, ["qa.example.org"]) is own


def test_a_page_for_other_machines_takes_any_name_until_names_are_told(folder: Path) -> None:
    assert hosts_of(settings_for(folder)) == []
    assert hosts_of(settings_for(folder, host="::1")) == []
    assert hosts_of(settings_for(folder, host="0.0.0.0")) is None
    assert hosts_of(settings_for(folder, host="hall.example")) is None
    assert hosts_of(settings_for(folder, host="0.0.0.0", hosts="QA.example.org, b.example")) == [
        "qa.example.org",
        "b.example",
    ]


def test_a_body_that_is_too_long_is_turned_away(http: httpx.Client) -> None:
    assert http.post("/api/ask", json={"question": "x" * 300_000}).status_code == 413


def test_the_private_events_of_the_page_cannot_be_called_by_name(http: httpx.Client) -> None:
    named = http.get("/gradio_api/info").json()["named_endpoints"]
    assert set(named) == {"/ask", "/search_articles", "/glossary"}


# --- health ---


def test_health_and_readiness(http: httpx.Client) -> None:
    assert http.get("/healthz").json()["status"] == "ok"
    assert http.head("/healthz").status_code == 200
    assert http.get("/readyz").json()["status"] == "ready"


def test_a_page_without_a_corpus_lives_says_that_it_is_not_ready_and_still_opens(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with running(settings, wait=False) as (url, page), httpx.Client(base_url=url, timeout=30) as client:
        deadline = time.monotonic() + 20
        while not page.problem and time.monotonic() < deadline:
            time.sleep(0.05)
        assert client.get("/healthz").status_code == 200
        reply = client.get("/readyz")
        assert (reply.status_code, reply.json()["status"]) == (503, "the store cannot be read")
        assert str(tmp_path) not in reply.text
        assert client.get("/").status_code == 200
        assert client.get("/articles?lang=ru").status_code == 503
        assert client.post("/api/ask", json={"question": QUESTION}).status_code == 503


def test_a_corpus_of_one_chinese_article_alone_is_served(tmp_path: Path) -> None:
    make_corpus(tmp_path / "all")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "all" / "zh-only").rename(tmp_path / "corpus" / "zh-only")
    settings = settings_for(tmp_path)
    with running(settings) as (url, page), httpx.Client(base_url=url, timeout=30) as client:
        assert page.desk.library.now().starting == {"zh": (), "ru": (), "en": ()}
        reply = client.get("/articles/zh-only?lang=ru")
        assert "青岛港新航线" in reply.text
        assert 'class="article one"' in reply.text
        assert "глоссария нет" in client.get("/glossary?lang=ru").text
        answer = client.post("/api/ask", json={"question": "首航船舶装载多少集装箱？"}).json()
        assert "312" in answer["text"]


# --- plain pages ---


def test_an_article_is_a_page_of_its_own_with_the_passage_marked(http: httpx.Client) -> None:
    page = http.get("/articles/conference?lang=ru&with=en&p=1&from=0&to=12").text
    assert '<html lang="zh-CN"' not in page
    assert '<html lang="ru"' in page
    assert page.count('class="row ') == 26 or page.count('class="row ') > 20
    assert len(re.findall("<mark>", page)) >= 2
    assert 'class="tr" lang="en"' in page
    assert 'aria-current="true">English' in page
    assert http.get("/articles/nothing?lang=zh").status_code == 404
    assert "<script>" not in http.get("/articles/<script>alert(1)</script>").text


def test_an_article_has_the_lines_above_and_below_its_title_in_both_languages(http: httpx.Client) -> None:
    page = http.get("/articles/agri-alliance?lang=ru").text
    chinese, russian = re.findall(r'<div class="headline" lang="([^"]+)">(.*?)</div>', page)
    assert chinese[0] == "zh-CN"
    assert "<h1>上海合作组织国家农业科技联盟成立</h1>" in chinese[1]
    assert '<p class="subtitle">将建成示范基地' in chinese[1]
    assert russian[0] == "ru"
    assert re.search(r'<p class="title-tr">[^<]*ШОС[^<]*</p><p class="subtitle">[^<]*[а-я]', russian[1])
    assert '<p class="kicker">首航</p><h1>青岛港新航线</h1></div>' in http.get("/articles/zh-only").text


def test_the_glossary_is_searched_without_a_script(http: httpx.Client) -> None:
    every = http.get("/glossary?lang=en").text.count("<tr data-text")
    assert every > 100
    found = http.get("/glossary", params={"lang": "en", "q": "天津峰會"}).text  # in traditional characters
    assert 1 <= found.count("<tr data-text") < every
    assert "Tianjin summit" in found
    assert "<b>" not in http.get("/glossary", params={"q": "<b>"}).text


def test_the_language_of_a_plain_page_is_the_addresses_then_the_readers_then_the_browsers(http: httpx.Client) -> None:
    assert '<html lang="ru"' in http.get("/articles", headers={"accept-language": "ru-RU"}).text
    assert '<html lang="zh-CN"' in http.get("/articles", headers={"accept-language": "ru-RU", "cookie": "lang=zh"}).text
    assert '<html lang="en"' in http.get("/articles?lang=en", headers={"cookie": "lang=zh"}).text


def test_an_unknown_conversation_cannot_be_exported(http: httpx.Client) -> None:
    assert http.get("/export/guess.md").status_code == 404
    assert http.get("/export/guess.exe").status_code == 404


# --- programs ---


def test_openapi_describes_what_is_public(http: httpx.Client) -> None:
    found = http.get("/openapi.json").json()
    assert {"/healthz", "/readyz", "/api/ask", "/api/search", "/api/glossary"} <= set(found["paths"])
    assert "language" in found["components"]["schemas"]["Question"]["properties"]


def test_ask_in_one_request(http: httpx.Client) -> None:
    answer = http.post("/api/ask", json={"question": QUESTION, "language": "ru"}).json()
    assert answer["language"] == "ru"
    assert answer["citations"][0]["quote"]
    assert http.post("/api/ask", json={"question": QUESTION, "language": "fr"}).status_code == 422
    assert http.post("/api/ask", json={"question": ""}).status_code == 422
    assert "300" in http.post("/api/ask", json={"question": "x" * 400}).json()["detail"]
    assert (
        http.post("/api/ask", json={"question": "x", "history": [{"role": "system", "content": "x"}]}).status_code
        == 422
    )
    assert http.get("/api/search", params={"q": QUESTION, "limit": 2}).json()[0]["rank"] == 1
    assert http.get("/api/glossary", params={"q": "ШОС"}).json()


def test_ask_with_curl(http: httpx.Client) -> None:
    event = http.post("/gradio_api/call/ask", json={"data": [QUESTION, "auto"]}).json()["event_id"]
    said = http.get(f"/gradio_api/call/ask/{event}").text
    data = json.loads(re.findall(r"^data: (.*)$", said, re.MULTILINE)[-1])
    assert json.loads(data[0])["citations"]


def test_ask_with_gradio_client(server: tuple[str, Page]) -> None:
    from gradio_client import Client

    client = Client(server[0], verbose=False, analytics_enabled=False)
    answer = json.loads(client.predict(QUESTION, "zh", api_name="/ask"))
    assert answer["language"] == "zh"
    assert json.loads(client.predict("海运", 3, api_name="/search_articles"))
    assert json.loads(client.predict("Tianjin", api_name="/glossary"))[0]["en"]
    with pytest.raises(Exception, match=r"characters|empty"):
        client.predict(" ", "auto", api_name="/ask")


def test_the_mcp_tools_are_listed_with_types_and_answer(server: tuple[str, Page]) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def talk() -> tuple[Any, list[Any]]:
        async with (
            streamablehttp_client(f"{server[0]}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            called = [
                await session.call_tool("ask", {"question": QUESTION, "language": "ru"}),
                await session.call_tool("search_articles", {"query": "项目", "limit": 2}),
                await session.call_tool("glossary", {"term": "Qingdao"}),
            ]
            return tools, called

    tools, called = asyncio.run(talk())
    by_name = {tool.name: tool for tool in tools}
    assert set(by_name) == {"ask", "search_articles", "glossary"}
    schema = by_name["ask"].inputSchema["properties"]
    assert schema["language"]["enum"] == ["auto", "zh", "ru", "en"]
    assert schema["question"]["type"] == "string"
    assert "Chinese" in schema["question"]["description"]
    assert "request" not in schema
    answer, passages, entries = (json.loads(result.content[0].text) for result in called)
    assert answer["language"] == "ru"
    assert answer["citations"]
    assert len(passages) == 2
    assert entries


def test_requests_from_one_address_are_limited(folder: Path) -> None:
    settings = settings_for(folder, requests_per_minute=3)
    with running(settings, wait=False) as (url, _), httpx.Client(base_url=url, timeout=60) as client:
        replies = [client.get("/api/glossary", params={"q": "ШОС"}) for _ in range(5)]
        assert [reply.status_code for reply in replies] == [200, 200, 200, 429, 429]
        assert int(replies[3].headers["retry-after"]) <= 21


# --- sign-in ---


@pytest.fixture(scope="module")
def guarded(folder: Path) -> Iterator[str]:
    settings = settings_for(folder, login="anna:гость:7, li:x", requests_per_minute=0)
    with running(settings, Scripted(settings)) as (url, _):
        yield url


def test_without_signing_in_nothing_but_health_and_the_form_is_open(guarded: str) -> None:
    with httpx.Client(base_url=guarded, timeout=30) as client:
        reply = client.get("/?lang=ru", headers={"accept": "text/html"})
        assert (reply.status_code, reply.headers["location"]) == (303, "/login?lang=ru")
        for path in (
            "/config",
            "/openapi.json",
            "/theme.css",
            "/gradio_api/info",
            "/articles",
            "/gradio_api/app_id",
            "/gradio_api/mcp/",
            "/api/glossary",
        ):
            assert client.get(path).status_code == 401
        assert client.post("/gradio_api/call/ask", json={"data": ["x"]}).status_code == 401
        assert client.get("/healthz").status_code == 200
        form = client.get("/login?lang=ru")
        assert "Пароль" in form.text
        assert "content-security-policy" in form.headers


def test_signing_in_by_the_form_by_basic_and_by_gradio_client(guarded: str) -> None:
    from gradio_client import Client

    with httpx.Client(base_url=guarded, timeout=30) as client:
        reply = client.post(
            "/login?lang=ru", data={"username": "anna", "password": "гость:7"}, headers={"accept": "text/html"}
        )
        assert (reply.status_code, reply.headers["location"]) == (303, "/?lang=ru")
        assert all(word in reply.headers["set-cookie"] for word in ("HttpOnly", "SameSite=Lax"))
        assert client.get("/config").status_code == 200
        client.cookies.set("page_session", "9999999999.forged")
        client.cookies.clear()
        assert client.get("/config", headers={"cookie": "page_session=9999999999.0f"}).status_code == 401
    reply = httpx.get(f"{guarded}/api/glossary", auth=("li", "x"))
    assert reply.status_code == 200
    answer = Client(guarded, auth=("li", "x"), verbose=False, analytics_enabled=False).predict(
        QUESTION, "auto", api_name="/ask"
    )
    assert json.loads(answer)["citations"]


def test_guessing_is_slowed_down(guarded: str) -> None:
    with httpx.Client(base_url=guarded, timeout=30) as client:
        codes = [
            client.post("/login", data={"username": "anna", "password": str(number)}).status_code
            for number in range(10)
        ]
        assert codes[0] == 401
        assert codes[-1] == 429
        assert client.get("/config", auth=("li", "x")).status_code == 200  # who was right before is not locked out


def test_a_login_of_the_wrong_form_is_a_settings_error(folder: Path) -> None:
    with gradio_leftovers(), pytest.raises(SettingsError, match="name:password"):
        Page(settings_for(folder, login="anna"))


def test_a_session_ends() -> None:
    now = [1_000_000.0]

    async def nothing(*_: Any) -> None: ...

    login = Login(nothing, "a:b", lambda *_: b"", clock=lambda: now[0])
    signed = login._sign()
    assert login._is_signed(signed)
    now[0] += 13 * 3600
    assert not login._is_signed(signed)
    assert not login._is_signed("")


# --- behind a proxy ---


@pytest.mark.parametrize("stripped", [True, False])
def test_the_page_works_below_a_folder_of_a_proxy(folder: Path, stripped: bool) -> None:
    settings = settings_for(folder, root_path="/sco", requests_per_minute=0)
    with (
        running(settings, Scripted(settings)) as (url, _),
        httpx.Client(base_url=url + ("" if stripped else "/sco"), timeout=30) as client,
    ):
        assert client.get("/healthz").status_code == 200
        page = client.get("/").text
        assert "/sco/static-page/boot.js" in page
        assert client.get("/static-page/boot.js").status_code == 200
        assert client.get("/gradio_api/upload").status_code == 404
        assert '<base href="/sco/">' in client.get("/articles").text
        assert client.post("/api/ask", json={"question": QUESTION}).json()["citations"]
        event = client.post("/gradio_api/call/glossary", json={"data": ["ШОС", 2]}).json()["event_id"]
        assert "complete" in client.get(f"/gradio_api/call/glossary/{event}").text
