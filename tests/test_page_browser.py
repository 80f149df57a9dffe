"""The page in a real browser: what a person clicks, in three languages, on a desk and on a phone."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_support import Scripted, make_corpus, running, settings_for

from assistant.records import LANGUAGES, Language
from ui.texts import ICONS, LOCALES, tell

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install playwright)")

# The system's Chromium; where there is none, Playwright's own.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None)  # fmt: skip
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
QUESTION = {
    "ru": "Когда открылась конференция Китай — ШОС?",
    "en": "When did the China–SCO conference open?",
    "zh": "大会什么时候开幕？",
}


class Trap:
    """A server that every host name but the page's own address leads to; it notes the names that were asked for."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.names: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(1)
            try:
                said = connection.recv(4096)
            except OSError:
                said = b""
            connection.close()
            # In plain HTTP the Host header, in TLS the server_name extension (RFC 6066, section 3).
            plain = re.search(rb"[Hh]ost: ([^\r\n]+)", said)
            secret = re.search(rb"\0\0\0.\0.\0\0(.)([a-z0-9.-]{4,})", said, re.DOTALL)
            name = plain[1] if plain else secret[2][: secret[1][0]] if secret else b"? " + said[:40]
            self.names.append(name.decode("ascii", "backslashreplace"))

    def strangers(self) -> list[str]:
        """The names, without those that Chromium itself calls whatever page is open, and without connections on which nothing was said."""
        own = (".google.com", ".googleapis.com", ".gvt1.com")
        return [name for name in self.names if name != "? " and not name.endswith(own)]


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    found = Trap()
    yield found
    found.socket.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    folder = tmp_path_factory.mktemp("page")
    make_corpus(folder / "corpus")
    settings = settings_for(folder, questions_per_minute=0, requests_per_minute=0, max_question_chars=300)
    with running(settings, Scripted(settings)) as found:
        yield found


@pytest.fixture(scope="module")
def browser(trap: Trap) -> Iterator[Any]:
    # Any name but the page's own address leads to the trap, whatever its port.
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{trap.port}, EXCLUDE 127.0.0.1"
    with sync_api.sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*FLAGS, rules])
        except sync_api.Error as error:
            if CHROMIUM or "Executable doesn't exist" not in str(error):
                raise
            pytest.skip("no Chromium is installed (make browser)")
        yield found
        found.close()


class Reader:
    """A person at the page."""

    def __init__(self, context: Any, url: str) -> None:
        self.context, self.url = context, url
        self.page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        self.page.set_default_timeout(15_000)

    def open(self, address: str = "/") -> Reader:
        self.page.goto(self.url + address)
        self.page.wait_for_selector("#sources .empty", state="attached")
        return self

    def ask(self, question: str) -> None:
        self.page.fill("#box textarea", question)
        self.page.keyboard.press("Enter")

    def answered(self, number: int = 1) -> str:
        """The text of answer `number` (from 1) when it is finished."""
        self.page.wait_for_function(
            """n => { const replies = document.querySelectorAll('#chat [data-testid=bot]');
            return replies.length >= n && !document.querySelector('#chat small.writing') && !/Looking in|Ищу в|正在查阅/.test(replies[n - 1].textContent); }""",
            arg=number,
        )
        return str(self.page.locator("#chat [data-testid=bot]").nth(number - 1).inner_text())

    def speak(self, language: Language) -> None:
        """Switch the page to `language`."""
        self.page.locator(f"#langs input[value={language}]").check(force=True)
        self.page.wait_for_function(
            "text => document.querySelector('#send')?.textContent.trim() === text", arg=tell("send", language)
        )
        self.page.wait_for_function(
            "text => document.querySelector('#sources-title')?.textContent.trim() === text",
            arg=tell("sources", language),
        )

    def thumbs(self, number: int = 1) -> list[str]:
        """The names of the thumbs that reply `number` (from 1) shows, down before up."""
        names = {ICONS[language][key] for language in LANGUAGES for key in ("like", "dislike", "liked", "disliked")}
        buttons = self.page.locator("#chat .message-buttons-left").nth(number - 1).locator("button:visible")
        return [title for title in (button.get_attribute("title") for button in buttons.all()) if title in names]

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).first.inner_text())


@pytest.fixture(scope="module")
def contexts() -> dict[str, Any]:
    """Browser profiles by their options: tests of the same kind share one, because loading Gradio afresh takes the longest."""
    return {}


@pytest.fixture
def reader(browser: Any, contexts: dict[str, Any], server: tuple[str, Any]) -> Iterator[Any]:
    """A function that seats a person who was never at the page before."""
    people: list[Reader] = []

    def make(**options: Any) -> Reader:
        given = {"viewport": DESK, "locale": "en-GB", **options}
        context = contexts.get(repr(given)) or contexts.setdefault(repr(given), browser.new_context(**given))
        people.append(Reader(context, server[0]))
        return people[-1]

    yield make
    for person in people:
        person.page.evaluate("localStorage.clear()")
        for page in person.context.pages:
            page.close()
        person.context.clear_cookies()


@pytest.mark.parametrize(("locale", "language"), [("ru-RU", "ru"), ("zh-SG", "zh"), ("en-GB", "en"), ("fr-FR", "en")])
def test_the_page_opens_in_the_browsers_language_and_answers_in_it(reader: Any, locale: str, language: str) -> None:
    person = reader(locale=locale).open()
    assert person.page.title() == tell("title", language)
    assert person.text("#send") == tell("send", language)
    assert person.page.evaluate("document.documentElement.lang") == LOCALES[language]
    chips = person.page.locator("#chips button")
    assert chips.count() >= 3
    question = chips.first.inner_text()
    chips.first.click()
    answer = person.answered()
    assert person.page.locator("#chat [data-testid=user]").inner_text() == question
    assert answer
    assert tell("check_numbers", language) + " ✓" in answer
    card = person.page.locator("#sources .card").first
    assert re.search(r"[\u4e00-\u9fff]", card.locator(".zh mark").first.inner_text())
    assert card.locator(".tr").count() == (0 if language == "zh" else 1)
    assert person.problems == []


def test_a_link_with_a_language_opens_in_it_and_the_switch_changes_everything_without_losing_the_conversation(
    reader: Any,
) -> None:
    person = reader(locale="en-GB").open("/?lang=ru")
    assert person.text("#send") == "Отправить"
    person.ask(QUESTION["ru"])
    person.answered()
    person.page.click("#langs label:has-text('中文')")
    person.page.wait_for_function("() => document.querySelector('#send')?.textContent.includes('发送')")
    person.page.wait_for_function("() => document.querySelector('#chat small.foot')?.textContent.includes('数字')")
    assert person.page.title() == "文章问答"
    assert "段" in person.text("#sources .card .meta")
    assert "lang=zh" in person.page.url
    assert person.page.locator("#chat [data-testid=user]").count() == 1
    assert person.page.locator("#chat button[title='重试']").count() == 1  # Gradio's own names follow, too
    person.page.reload()
    person.page.wait_for_selector("#sources .card", state="attached")  # the conversation is taken up again
    assert person.text("#send") == "发送"
    assert person.problems == []


def test_a_chip_shows_both_sentences_and_leads_to_its_card(reader: Any) -> None:
    person = reader().open()
    person.ask(QUESTION["en"])
    person.answered()
    chip = person.page.locator('#chat a[href^="#src-"]').first
    chip.hover()
    tip = person.page.locator("#tip")
    assert re.search(r"[\u4e00-\u9fff]", tip.locator(".zh").inner_text())
    assert re.search(r"[A-Za-z]{4}", tip.locator(".tr").inner_text())
    address = person.page.url
    chip.click()
    assert person.page.locator("#sources .card.lit").count() == 1
    assert person.page.evaluate("document.activeElement.classList.contains('card')")
    assert person.page.url == address


def test_what_is_copied_is_plain_text_with_its_source(reader: Any) -> None:
    person = reader(permissions=["clipboard-read", "clipboard-write"]).open()
    person.ask(QUESTION["en"])
    person.answered()

    def pasted() -> str:
        person.page.fill("#box textarea", "")
        person.page.press("#box textarea", "Control+V")
        return str(person.page.input_value("#box textarea"))

    person.page.click("#sources .card .copy")
    person.page.wait_for_function("() => document.querySelector('#sources .card .copy').textContent === 'Copied'")
    card = pasted()
    assert person.text("#sources .card .zh mark") in card
    assert "2026" in card
    person.page.click("#chat .message-buttons-left button[title='Copy message']")
    person.page.wait_for_selector("#chat .message-buttons-left button[title='Copied message']")
    message = pasted()
    assert "[1]" in message
    assert "#src" not in message
    assert "<" not in message


def test_a_reply_streams_and_can_be_stopped_and_asked_again(reader: Any) -> None:
    person = reader().open()
    person.ask("SLOW one")
    person.page.wait_for_selector("#stop", state="visible")
    person.page.wait_for_function(
        "() => document.querySelector('#chat [data-testid=bot]')?.textContent.includes('word3')"
    )
    first = person.text("#chat [data-testid=bot]")
    assert "word39" not in first
    person.page.click("#stop")
    person.page.wait_for_selector("#send")
    assert "Stopped." in person.answered()
    assert person.page.locator("#box textarea").is_enabled()
    person.page.wait_for_timeout(600)
    assert "word39" not in person.text("#chat [data-testid=bot]")
    person.ask(QUESTION["en"])
    assert "29" in person.answered(2)


def test_a_question_can_be_retried_and_edited(reader: Any) -> None:
    person = reader().open()
    person.ask("FOLLOW first")
    assert "0 earlier turns" in person.answered()
    person.ask("FOLLOW second")
    assert "2 earlier turns" in person.answered(2)
    assert "Understood as: “Who signed the eleven projects?”" in person.answered(2)
    person.page.locator("#chat button[title='Retry']").last.click()
    person.page.wait_for_timeout(500)
    assert "2 earlier turns" in person.answered(2)
    assert person.page.locator("#chat [data-testid=user]").count() == 2
    person.page.locator("#chat button[title='Edit']").first.click()
    field = person.page.locator("#chat textarea").first
    field.fill(QUESTION["en"])
    person.page.locator("#chat button[title='Submit']").first.click()
    person.page.wait_for_function("() => document.querySelectorAll('#chat [data-testid=user]').length === 1")
    assert "29" in person.answered()


def test_a_refusal_offers_questions_and_cites_nothing(reader: Any) -> None:
    person = reader().open()
    person.ask("Who is Elon Musk?")
    assert "do not say" in person.answered()
    assert person.page.locator("#chat small.warning").count() == 0
    assert person.page.locator("#sources .card").count() == 0
    assert person.page.locator("#chips button").count() >= 1
    person.page.locator("#chips button").first.click()
    person.answered(2)
    assert person.page.locator("#sources .card").count() >= 1


@pytest.mark.parametrize("question", ["UNAVAILABLE", "BROKEN", "x" * 400])
def test_no_error_leaves_the_box_disabled_or_tells_a_secret(reader: Any, question: str) -> None:
    person = reader(locale="ru-RU").open()
    person.ask(question)
    answer = person.answered()
    assert re.search("[а-я]{4}", answer)
    assert "SECRET" not in person.page.content()
    assert person.page.locator("#box textarea").is_enabled()
    person.ask(QUESTION["ru"])
    assert "29" in person.answered(2)


def test_what_was_not_confirmed_is_said_plainly(reader: Any) -> None:
    person = reader().open()
    person.ask("UNCHECKED")
    assert "Not confirmed: numbers (999)" in person.answered()


def test_clear_forgets_the_conversation(reader: Any, server: tuple[str, Any]) -> None:
    person = reader().open()
    before = len(server[1].desk.conversations)
    person.ask(QUESTION["en"])
    person.answered()
    assert len(server[1].desk.conversations) == before + 1
    person.page.click("#clear")
    person.page.wait_for_selector("#sources .empty")
    assert len(server[1].desk.conversations) == before
    assert person.page.locator("#chat [data-testid=user]").count() == 0
    assert person.page.locator("#chips button").count() >= 3


def test_an_article_is_read_in_two_columns_over_the_chat(reader: Any) -> None:
    person = reader(locale="ru-RU").open()
    person.ask(QUESTION["ru"])
    person.answered()
    person.page.locator("#sources .card a.read").first.click()
    person.page.wait_for_selector("#reader[open] .article.two")
    assert person.page.locator("#reader mark").count() >= 2
    assert person.page.evaluate(
        "document.querySelector('#reader .row.target').getBoundingClientRect().top < innerHeight"
    )
    person.page.click("#reader .beside a:has-text('English')")
    person.page.wait_for_selector("#reader .tr[lang=en]")
    person.page.keyboard.press("Escape")
    person.page.wait_for_selector("#reader", state="hidden")
    assert person.page.locator("#sources .card").count() >= 1


def test_the_glossary_is_searched_in_any_language(reader: Any) -> None:
    person = reader(locale="ru-RU").open()
    person.page.click("#go-glossary")
    person.page.wait_for_selector("#reader[open] table.glossary")
    for wanted in ("ТЯНЬЦЗИНЬСКИЙ", "tianjin summit", "天津峰会"):
        person.page.fill("#reader input[type=search]", wanted)
        rows = person.page.locator("#reader tr[data-text]:visible")
        assert 1 <= rows.count() <= 3
        assert "天津峰会" in rows.first.inner_text()


def test_the_reply_follows_the_question_unless_its_language_is_fixed(reader: Any) -> None:
    person = reader(locale="en-GB").open()
    person.ask(QUESTION["ru"])
    assert re.search("[а-я]{4}", person.answered().splitlines()[0])
    person.page.locator("#reply input[value=zh]").check(force=True)
    person.ask(QUESTION["ru"])
    assert re.search("[\u4e00-\u9fff]{4}", person.answered(2).splitlines()[0])
    person.page.locator("#reply input[value=auto]").check(force=True)
    person.ask(QUESTION["en"])
    assert re.search("[a-z]{4}", person.answered(3).splitlines()[0])


def test_the_box_is_empty_at_once_and_keeps_what_is_not_sent(reader: Any) -> None:
    person = reader().open()
    box = person.page.locator("#box textarea")
    box.fill("上海合作")
    # Enter that ends a composition of an input method: in Chromium by its flag, in Safari by its code.
    for event in ({"isComposing": True}, {"keyCode": 229}):
        box.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **event})
    box.press("Shift+Enter")
    assert box.input_value() == "上海合作\n"
    long = "x" * 301
    box.fill(long)
    person.page.click("#send")
    assert "301" in person.answered()
    assert box.input_value() == long  # to be shortened
    person.page.locator("#chat button[title='Retry']").click()
    person.page.wait_for_timeout(500)
    assert "301" in person.answered()  # it is not the beginning, which is shown, that is asked again
    box.fill(QUESTION["en"])
    box.press("Enter")
    assert box.input_value() == ""
    assert "29" in person.answered(2)
    box.fill("  ")
    box.press("Enter")
    person.page.wait_for_timeout(300)
    assert person.page.locator("#chat [data-testid=user]").count() == 2


@pytest.mark.parametrize("ending", ["md", "docx"])
def test_a_conversation_is_exported(reader: Any, ending: str) -> None:
    person = reader(locale="ru-RU").open()
    person.ask(QUESTION["ru"])
    person.answered()
    with person.page.expect_download() as download:
        person.page.click(f"#exports a[href*='.{ending}']")
    file = Path(download.value.path())
    assert file.stat().st_size > 300
    text = file.read_text("utf-8") if ending == "md" else docx_text(file)
    for part in (QUESTION["ru"], "[1]", "30 июня 2026", person.text("#sources .card .zh mark")):
        assert part in text


def docx_text(file: Path) -> str:
    from docx import Document

    return "\n".join(paragraph.text for paragraph in Document(str(file)).paragraphs)


def test_a_vote_is_seen_after_the_next_answer_and_can_be_taken_back(reader: Any, server: tuple[str, Any]) -> None:
    feedback = server[1].desk.feedback
    before = len(feedback.rows())
    person = reader(locale="ru-RU").open()
    person.ask(QUESTION["ru"])
    person.answered()
    assert person.thumbs() == ["Не нравится", "Нравится"]
    person.page.locator("#chat button[title='Не нравится']").click()
    person.page.wait_for_selector("#comment-box textarea")
    assert person.thumbs() == ["Не понравилось", "Нравится"]
    person.ask("UNAVAILABLE")
    person.answered(2)
    person.page.wait_for_selector("#chat button[title='Не понравилось']")
    assert person.thumbs(2) == []  # there is no answer to vote on
    assert [row.vote for row in feedback.rows()[before:]] == ["down"]
    person.page.locator("#chat button[title='Не понравилось']").click()
    person.page.wait_for_selector("#comment", state="hidden")
    assert person.thumbs() == ["Не нравится", "Нравится"]
    assert len(feedback.rows()) == before


def test_a_vote_and_a_comment_are_kept_as_one_row(reader: Any, server: tuple[str, Any]) -> None:
    feedback = server[1].desk.feedback
    before = len(feedback.rows())
    person = reader().open()
    person.ask(QUESTION["en"])
    person.answered()
    person.page.locator("#chat .message-buttons-left button").last.click()
    person.page.wait_for_selector("#comment-box textarea")
    person.page.fill("#comment-box textarea", "clear and short")
    person.page.click("#comment-save")
    person.page.wait_for_selector("#comment", state="hidden")
    rows = feedback.rows()[before:]
    assert [(row.vote, row.comment, row.question) for row in rows] == [("up", "clear and short", QUESTION["en"])]


def test_on_a_phone_the_evidence_comes_up_as_a_sheet_and_nothing_scrolls_sideways(reader: Any) -> None:
    person = reader(viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN").open()
    person.ask(QUESTION["zh"])
    person.answered()
    assert not person.page.locator("#side").is_visible()
    person.page.locator('#chat a[href^="#src-"]').first.tap()
    person.page.wait_for_selector("#sources .card.lit", state="visible")
    person.page.wait_for_timeout(300)
    assert person.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    person.page.tap("#sheet-close")
    person.page.wait_for_selector("#side", state="hidden")


def test_all_is_done_by_keyboard_alone(reader: Any) -> None:
    person = reader().open()
    press = person.page.keyboard.press
    person.page.click("body", position={"x": 700, "y": 40})
    press("/")
    person.page.keyboard.type(QUESTION["en"])
    press("Enter")
    person.answered()
    for _ in range(60):
        press("Shift+Tab")
        if person.page.evaluate("document.activeElement.matches('#chat a[href^=\"#src-\"]')"):
            break
    assert person.page.locator("#tip").count() == 1
    press("Enter")
    assert person.page.locator("#sources .card.lit").count() == 1
    for name in ("button", "a"):
        press("Tab")
        assert person.page.evaluate("document.activeElement.tagName.toLowerCase()") == name
    press("Enter")
    person.page.wait_for_selector("#reader[open] .article")
    press("Escape")
    person.page.wait_for_selector("#reader", state="hidden")


def test_nothing_is_ever_requested_from_elsewhere(reader: Any, trap: Trap) -> None:
    person = reader(locale="en-GB").open()
    person.ask("HOSTILE")
    person.answered()
    person.ask("![x](http://trap.example/e.png) <img src=http://trap.example/f.png>")
    person.answered(2)
    person.ask(QUESTION["en"])
    person.answered(3)
    person.page.click("#go-articles")
    person.page.wait_for_selector("#reader[open] .articles")
    person.page.wait_for_timeout(500)
    assert person.page.title() == "Ask the articles"
    assert trap.strangers() == [], trap.names
    # The trap works: without the page's policy the same picture does come.
    other = person.context.new_page()
    other.set_content("<img src='http://trap.example/g.png'>")
    other.wait_for_timeout(500)
    assert "trap.example" in trap.strangers()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_axe_finds_nothing(reader: Any, size: str) -> None:
    """In three languages and both themes: the empty page, one with all that may come up in it, the glossary, an article."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    phone = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if size == "phone" else {}
    person = reader(color_scheme="light", reduced_motion="reduce", **phone).open()
    checked: dict[tuple[str, str, str], list[str]] = {}

    def check(state: str, language: str, theme: str) -> None:
        found = axe.Axe().run(person.page).response["violations"]
        checked[state, language, theme] = [
            f"{item['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for item in found
            for node in item["nodes"]
        ]

    def check_languages(state: str) -> None:
        for language in LANGUAGES:
            person.speak(language)
            for theme in ("light", "dark"):
                person.page.emulate_media(color_scheme=theme)
                person.page.wait_for_function(
                    "dark => document.body.classList.contains('dark') === dark", arg=theme == "dark"
                )
                person.page.wait_for_timeout(150)  # the colours of Gradio's own parts fade over
                check(state, language, theme)

    check_languages("empty")
    for number, question in enumerate((QUESTION["ru"], "Кто такой Илон Маск?", "UNAVAILABLE"), start=1):
        person.ask(question)
        person.answered(number)
    person.page.locator("#chat .message-buttons-left button:visible").nth(-3).click()  # the thumb of the refusal
    person.page.wait_for_selector("#comment-box textarea")
    if size == "desk":
        person.page.locator('#chat a[href^="#src-"]').first.click()
    check_languages("in use")
    person.page.click("#go-glossary")
    person.page.wait_for_selector("#reader[open] table")
    check("glossary", LANGUAGES[-1], "dark")
    person.page.goto(person.url + "/articles/conference?lang=ru")
    check("article", "ru", "dark")
    assert len(checked) == 2 * len(LANGUAGES) * 2 + 2
    assert {state: found for state, found in checked.items() if found} == {}
