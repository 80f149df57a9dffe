"""The corpus form is read exactly, what breaks it is told with path and line, and newspaper pages are made whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import Corpus, import_file, read_corpus, read_page
from assistant.errors import CorpusError
from assistant.records import Article, Block

Write = Callable[..., Path]
ROOT = Path(__file__).resolve().parent.parent
HEAD = "---\nid: a\nlanguage: zh\ntitle: 题目\n---\n"


def only(corpus: Corpus) -> Article:
    assert len(corpus.articles) == 1, corpus
    return corpus.articles[0]


def problem_of(corpus: Corpus) -> tuple[str, int, str]:
    """(file name, line, message) of the one problem of a corpus."""
    assert len(corpus.problems) == 1, corpus.problems
    found = corpus.problems[0]
    return Path(found.path).name, found.line, found.message


# --- the form --------------------------------------------------------------------------------------------------------


def test_blocks_count_headings_and_captions_from_one(corpus_of: Write) -> None:
    harbour = read_corpus(corpus_of()).articles[0]
    assert harbour.blocks == (
        Block(1, "paragraph", "5月10日，海湾港三号码头正式启用。码头全长1200米，总投资8亿元。"),
        Block(2, "heading", "货运量明显增长"),
        Block(
            3, "paragraph", "去年，海湾港与哈萨克斯坦之间的货运量增长15%。港口主任林峰说，码头每天可以装卸60列火车。"
        ),
        Block(4, "caption", "三号码头夜景。王芳 摄"),
    )


def test_front_matter_becomes_fields(corpus_of: Write) -> None:
    harbour = read_corpus(corpus_of()).articles[0]
    assert (harbour.id, harbour.title, harbour.subtitle, harbour.kicker) == (
        "harbour",
        "海湾港新码头启用",
        "每天可装卸60列火车",
        "",
    )
    assert (harbour.source, harbour.author, harbour.date, harbour.url) == ("海湾晚报", "陈默", "2026-05-12", "")


def test_translations_and_questions_are_optional(corpus_of: Write) -> None:
    corpus = read_corpus(corpus_of())
    assert [(a.id, sorted(a.translations), len(a.questions)) for a in corpus.articles] == [
        ("harbour", ["en", "ru"], 4),
        ("library", ["ru"], 0),
        ("orchard", [], 0),
    ]
    assert corpus.problems == ()
    assert corpus.broken == ()


def test_only_the_word_true_says_that_a_translation_is_reviewed(corpus_of: Write) -> None:
    harbour = read_corpus(corpus_of()).articles[0]
    assert harbour.translations["ru"].reviewed is True
    assert harbour.translations["en"].reviewed is False


def test_the_id_is_the_folder_name_where_the_front_matter_has_none(corpus_of: Write) -> None:
    assert only(read_corpus(corpus_of({"码头/zh.md": "---\ntitle: 题目\n---\n正文。"}))).id == "码头"


def test_hard_wrapped_chinese_is_joined_without_a_space_and_latin_with_one(corpus_of: Write) -> None:
    article = only(read_corpus(corpus_of({"a/zh.md": HEAD + "第一行\n第二行。\n\nThe first\nline"})))
    assert [block.text for block in article.blocks] == ["第一行第二行。", "The first line"]


def test_a_caption_of_two_lines_is_one_block(corpus_of: Write) -> None:
    article = only(read_corpus(corpus_of({"a/zh.md": HEAD + "> 上图。\n> 下图。"})))
    assert article.blocks == (Block(1, "caption", "上图。下图。"),)


def test_windows_line_ends_and_blank_lines_with_spaces_separate_blocks(corpus_of: Write) -> None:
    text = (HEAD + "一。\n  \t\n二。\n\n\n\n三。").replace("\n", "\r\n")
    assert [b.text for b in only(read_corpus(corpus_of({"a/zh.md": text}))).blocks] == ["一。", "二。", "三。"]


def test_the_digest_changes_with_any_file_of_the_article(corpus_of: Write) -> None:
    before = read_corpus(corpus_of()).articles[0].digest
    folder = corpus_of()
    assert read_corpus(folder).articles[0].digest == before
    for name in ("zh.md", "ru.md", "questions.jsonl"):
        (folder / "harbour" / name).write_bytes((folder / "harbour" / name).read_bytes() + b"\n")
        after = read_corpus(folder).articles[0].digest
        assert after != before
        before = after


def test_hidden_and_underscored_folders_and_empty_ones_are_no_articles(corpus_of: Write) -> None:
    folder = corpus_of({".git/zh.md": "x", "_drafts/zh.md": "x"})
    (folder / "empty").mkdir()
    assert read_corpus(folder) == Corpus((), (), (), ())


def test_a_missing_corpus_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no corpus folder at .*nowhere.*--corpus DIR"):
        read_corpus(tmp_path / "nowhere")


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_an_article_is_read_in_every_encoding_that_newsrooms_use(corpus_of: Write, encoding: str) -> None:
    article = only(read_corpus(corpus_of({"a/zh.md": (HEAD + "青岛港，“快车道”。").encode(encoding)})))
    assert (article.title, article.blocks[0].text) == ("题目", "青岛港，“快车道”。")


def test_utf16_with_big_endian_mark_is_read(corpus_of: Write) -> None:
    raw = b"\xfe\xff" + (HEAD + "青岛。").encode("utf-16-be")
    assert only(read_corpus(corpus_of({"a/zh.md": raw}))).blocks[0].text == "青岛。"


def test_byte_order_marks_inside_a_text_are_taken_out(corpus_of: Write) -> None:
    assert only(read_corpus(corpus_of({"a/zh.md": HEAD + "青\ufeff岛。"}))).blocks[0].text == "青岛。"


def test_a_binary_file_is_a_problem_and_the_other_articles_are_served(corpus_of: Write) -> None:
    corpus = read_corpus(corpus_of(changes={"harbour/zh.md": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"}))
    assert [article.id for article in corpus.articles] == ["library", "orchard"]
    assert corpus.broken == ("harbour",)
    assert problem_of(corpus) == ("zh.md", 0, "is not text (it holds NUL bytes); expected UTF-8 text")


def test_a_binary_translation_costs_only_the_translation(corpus_of: Write) -> None:
    corpus = read_corpus(corpus_of(changes={"harbour/ru.md": b"\0\1\2"}))
    assert sorted(corpus.articles[0].translations) == ["en"]
    assert problem_of(corpus)[0] == "ru.md"


# --- broken files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("没有前言的正文。", 1, "no front matter; expected the file to start with '---'"),
        ("---\ntitle: 题目\n正文没有结束线。", 1, "no front matter"),
        ("---\nid: a\ntitle: 题目: 副题: x\n---\n正文。", 3, "not valid YAML"),
        ("---\nid: a\nsource: b\ntitle: [题\n---\n正文。", 4, "not valid YAML"),
        ("---\nid: a\n---\n正文。", 2, "no title in the front matter"),
        ("---\n- a\n- b\n---\n正文。", 2, "not a list of 'name: value' lines"),
        ("---\nid: a/b\ntitle: 题目\n---\n正文。", 2, "id is 'a/b'; expected letters"),
        ("---\nid: a\nlanguage: en\ntitle: T\n---\nText.", 2, "language is 'en' in zh.md; expected zh"),
        ("---\nid: a\ntitle: 题目\ndate: 30.06.2026\n---\n正文。", 2, "date is '30.06.2026'; expected YYYY-MM-DD"),
        (HEAD + "\n \n", 6, "the article has no text"),
        ("", 1, "no front matter"),
    ],
)
def test_a_broken_article_is_told_with_its_line_and_what_was_expected(
    corpus_of: Write, text: str, line: int, message: str
) -> None:
    corpus = read_corpus(corpus_of({"a/zh.md": text, "b/zh.md": HEAD.replace("id: a", "id: b") + "正文。"}))
    assert [article.id for article in corpus.articles] == ["b"]
    name, found, said = problem_of(corpus)
    assert (name, found) == ("zh.md", line)
    assert message in said


def test_a_folder_without_chinese_is_a_problem(corpus_of: Write) -> None:
    corpus = read_corpus(corpus_of({"a/ru.md": "---\ntitle: Т\n---\nТекст."}))
    assert corpus.broken == ("a",)
    assert "no zh.md" in corpus.problems[0].message


def test_the_second_article_with_the_same_id_is_left_out(corpus_of: Write) -> None:
    corpus = read_corpus(corpus_of({"one/zh.md": HEAD + "一。", "two/zh.md": HEAD + "二。"}))
    assert only(corpus).blocks[0].text == "一。"
    assert problem_of(corpus) == (
        "zh.md",
        2,
        "the id 'a' is already used by another article; expected a unique id",
    )
    assert "two" in corpus.problems[0].path


def test_a_translation_that_lacks_a_block_is_left_out(corpus_of: Write) -> None:
    ru = "---\ntitle: Т\n---\n\nПервый.\n\n## Второй\n\nТретий.\n"
    corpus = read_corpus(corpus_of(changes={"harbour/ru.md": ru}))
    assert sorted(corpus.articles[0].translations) == ["en"]
    name, _, message = problem_of(corpus)
    assert name == "ru.md"
    assert "3 blocks, but zh.md has 4" in message
    assert "served without this translation" in message


def test_a_translation_with_another_kind_of_block_is_left_out(corpus_of: Write) -> None:
    ru = "---\ntitle: Т\n---\n\nПервый.\n\nВторой.\n\nТретий.\n\n> Четвёртый."
    corpus = read_corpus(corpus_of(changes={"harbour/ru.md": ru}))
    assert "block 2 is a paragraph, but a heading in zh.md" in problem_of(corpus)[2]


@pytest.mark.parametrize(
    "row",
    [
        "not json",
        "[]",
        "{}",
        '{"paragraph": 0, "zh": {"question": "问", "answer": "答"}}',
        '{"paragraph": 5, "zh": {"question": "问", "answer": "答"}}',
        '{"paragraph": "1", "zh": {"question": "问", "answer": "答"}}',
        '{"paragraph": 1, "zh": {"question": "问"}}',
        '{"paragraph": 1, "zh": {"question": " ", "answer": "答"}}',
        '{"paragraph": 1, "zh": "问"}',
        '{"paragraph": 1}',
    ],
)
def test_a_broken_question_costs_only_its_line(corpus_of: Write, row: str) -> None:
    good = '{"paragraph": 1, "zh": {"question": " 问？ ", "answer": "答。"}}'
    corpus = read_corpus(corpus_of(changes={"harbour/questions.jsonl": f"{good}\n\n{row}\n{good}\n"}))
    assert [q.wordings["zh"].question for q in corpus.articles[0].questions] == ["问？", "问？"]
    assert problem_of(corpus)[:2] == ("questions.jsonl", 3)


@pytest.mark.parametrize("row", ["not json", "[]", "{}", '{"zh": ""}', '{"zh": 5}'])
def test_a_broken_gap_costs_only_its_line(corpus_of: Write, row: str) -> None:
    good = '{"zh": " 多少人？ ", "en": "How many people?"}'
    corpus = read_corpus(corpus_of(changes={"harbour/gaps.jsonl": f"{good}\n{row}\n"}))
    assert corpus.articles[0].gaps == ({"zh": ("多少人？",), "en": ("How many people?",)},)
    assert problem_of(corpus)[:2] == ("gaps.jsonl", 2)


def test_a_glossary_line_in_one_language_is_left_out_with_its_line(corpus_of: Write) -> None:
    corpus = read_corpus(corpus_of(changes={"glossary.csv": "zh,ru,en,kind,note\n青岛,,,place,\n西安,Сиань,,place,\n"}))
    assert [entry.zh for entry in corpus.glossary] == [("西安",)]
    assert corpus.glossary[0].forms("en") == ()
    assert problem_of(corpus) == ("glossary.csv", 2, "fewer than two languages; line left out")


def test_a_glossary_without_its_columns_is_a_problem(corpus_of: Write) -> None:
    corpus = read_corpus(corpus_of(changes={"glossary.csv": "zh,russian\n青岛,Циндао\n"}))
    assert corpus.glossary == ()
    assert "no column en, ru" in problem_of(corpus)[2]


def test_glossary_variants_keep_their_order(corpus_of: Write) -> None:
    entry = read_corpus(corpus_of()).glossary[0]
    assert (entry.zh, entry.ru, entry.en, entry.kind) == (
        ("海湾港",),
        ("порт Хайвань", "Хайвань"),
        ("Haiwan Port", "Port of Haiwan"),
        "place",
    )


# --- newspaper pages -------------------------------------------------------------------------------------------------

FORBIDDEN_BEFORE = set("。！？…”’」』）)》—")  # a column that ends here looks like the end of a paragraph, to anyone


def broken_page(article: Article, rng: random.Random, narrow: int, wide: int, *, inside_latin: bool = False) -> str:
    """`article` as it is pasted from a page: paragraphs cut mid-word into pieces of `narrow` to `wide` characters, each followed
    by a blank line, and captions inside paragraphs."""
    head = [article.kicker, article.title, article.subtitle]
    lines = [
        "2026年6月30日 星期二",
        *filter(None, head),
        f"□{article.source.removesuffix('记者')}记者 {article.author}",
    ]
    captions = [f"■{block.text}" for block in article.blocks if block.kind == "caption"]
    for block in article.blocks:
        if block.kind == "caption":
            continue
        text, start = block.text, 0
        while block.kind == "paragraph" and len(text) - start > 2 * narrow:
            cut = start + rng.randint(narrow, min(wide, len(text) - start - narrow))
            while cut < len(text) and (
                text[cut - 1] in FORBIDDEN_BEFORE
                or (not inside_latin and text[cut - 1 : cut + 1].isascii() and text[cut - 1 : cut + 1].isalnum())
            ):
                cut += 1
            if cut == len(text):
                break
            lines.append(text[start:cut])
            start = cut
            if captions:
                lines.append(captions.pop(0))
        lines.append(text[start:])
    return "\n\n".join([*lines, *captions]) + "\n"


def body(article: Article, *kinds: str) -> list[str]:
    return [block.text for block in article.blocks if block.kind in kinds]


@given(st.integers(0, 10**6))
def test_a_page_with_paragraphs_broken_mid_word_gives_the_paragraphs_back(seed: int) -> None:
    network = next(a for a in read_corpus(ROOT / "corpus").articles if a.id == "network")
    (draft,) = read_page(broken_page(network, random.Random(seed), 46, 120))
    assert draft.blocks == body(network, "paragraph", "heading")
    assert draft.captions == body(network, "caption")
    assert draft.head == [network.kicker, network.title]
    assert (draft.source, draft.author) == ("青岛日报/观海新闻", "耿婷婷")


def test_a_page_of_several_articles_is_taken_apart_at_the_bylines(shipped_corpus: Corpus) -> None:
    articles = {article.id: article for article in shipped_corpus.articles}
    chosen = [articles["hundred-lists"], articles["agri-alliance"]]
    pages = [broken_page(article, random.Random(1), 46, 120) for article in chosen]
    drafts = read_page(pages[0] + "\n" + pages[1].split("\n\n", 1)[1])
    assert [draft.head for draft in drafts] == [[a.title, a.subtitle] for a in chosen]
    assert [draft.blocks for draft in drafts] == [body(a, "paragraph", "heading") for a in chosen]


def test_a_caption_inside_a_paragraph_is_moved_and_the_paragraph_joined() -> None:
    page = (
        "2026年6月30日 星期二\n\n标题一行\n\n□晚报记者 陈默\n\n"
        + "这一段在栏目中间被断开，下一栏接着写的是它的后半部分，而图片说明正好夹在两栏之间，它不是正\n\n▲图为码头。王芳 摄\n\n文的一部分。\n\n下一段。"
    )
    (draft,) = read_page(page)
    assert draft.blocks == [
        "这一段在栏目中间被断开，下一栏接着写的是它的后半部分，而图片说明正好夹在两栏之间，它不是正文的一部分。",
        "下一段。",
    ]
    assert draft.captions == ["图为码头。王芳 摄"]


def test_narrow_columns_are_joined() -> None:
    page = "标题\n\n□晚报记者 陈默\n\n本次大会在青岛国际会议中心举行，来自各国的代表出席了开\n幕式并围绕人工智能和现代农业等多个领域展开了深入的交流\n与对接。"
    (draft,) = read_page(page)
    assert draft.blocks == [
        "本次大会在青岛国际会议中心举行，来自各国的代表出席了开幕式并围绕人工智能和现代农业等多个领域展开了深入的交流与对接。"
    ]


def in_columns(article: Article, width: int, *, indent: str, between: str) -> str:
    """`article` set in columns of `width` Chinese characters; a column begins with no punctuation mark.

    indent: what the first line of a paragraph begins with. between: what stands between two blocks.
    """
    head = [article.kicker, article.title, article.subtitle, f"□{article.source}记者 {article.author}"]
    page = "2026年6月30日 星期二\n\n" + "\n\n".join(filter(None, head))
    for block in article.blocks:
        if block.kind == "caption":
            continue
        text, lines = block.text, []
        while text:
            end = room = 0
            while end < len(text) and (room < 2 * width or text[end] in "，。、；：！？”’）》…"):
                room += 1 if text[end] < "\u2000" else 2
                end += 1
            lines.append(text[:end])
            text = text[end:]
        page += between + (indent if block.kind == "paragraph" else "") + "\n".join(lines)
    return page


@pytest.mark.parametrize(("indent", "between"), [("", "\n\n"), ("\u3000\u3000", "\n")], ids=["blank lines", "indents"])
@pytest.mark.parametrize("width", [14, 17, 20, 30, 40])
def test_a_page_set_in_columns_gives_paragraphs_and_headings_back(
    shipped_corpus: Corpus, width: int, indent: str, between: str
) -> None:
    for article in shipped_corpus.articles:
        (draft,) = read_page(in_columns(article, width, indent=indent, between=between))
        assert draft.head == [part for part in (article.kicker, article.title, article.subtitle) if part]
        assert draft.blocks == body(article, "paragraph", "heading")


@pytest.mark.parametrize(
    ("lines", "blocks"),
    [
        (["短标题", "这一段比标题长，是完整的一段。"], ["短标题", "这一段比标题长，是完整的一段。"]),
        (["值得关注的是，这里正加快产出一", "批成果。"], ["值得关注的是，这里正加快产出一批成果。"]),
        (["他说：“这是第一步，还要", "走得更远、更稳、更久，一直走下去。”"], ["他说：“这是第一步，还要走得更远、更稳、更久，一直走下去。”"]),
        (["会议通过了（以下简称", "办法）一项新的、为期三年的长期办法。"], ["会议通过了（以下简称办法）一项新的、为期三年的长期办法。"]),
        (["全长18公里，设15座", "。车站共有十五座，每座都有电梯。"], ["全长18公里，设15座。车站共有十五座，每座都有电梯。"]),
    ],
)  # fmt: skip
def test_a_heading_is_short_complete_and_above_something_longer(lines: list[str], blocks: list[str]) -> None:
    (draft,) = read_page("\n\n".join(["标题", "□晚报记者 陈默", "开头一段。", *lines]))
    assert draft.blocks == ["开头一段。", *blocks]


def test_page_furniture_is_no_headline() -> None:
    (draft,) = read_page("测试报  2026年7月1日\n\n地铁四号线开通\n\n四号线全长18公里。")
    assert (draft.head, draft.blocks) == (["地铁四号线开通"], ["四号线全长18公里。"])


def test_a_number_broken_between_columns_stays_one_number() -> None:
    first = "当前各方正在迈入深化务实合作、共促创新发展的崭新阶段，据介绍这一份清单的编制工作将一直延续到公元202"
    (draft,) = read_page(f"标题\n\n□晚报记者 陈默\n\n{first}\n\n6年年底。")
    assert draft.blocks == [f"{first}6年年底。"]


def test_a_plain_text_without_a_byline_is_one_article_with_its_first_line_as_headline() -> None:
    (draft,) = read_page("标题\n\n第一段。\n\n第二段。")
    assert (draft.head, draft.blocks, draft.source) == (["标题"], ["第一段。", "第二段。"], "")


def test_an_empty_page_has_no_blocks() -> None:
    assert [draft.blocks for draft in read_page("\n \n")] == [[]]


# --- taking a file in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_an_imported_page_reads_back_as_the_article(tmp_path: Path, shipped_corpus: Corpus, encoding: str) -> None:
    network = next(article for article in shipped_corpus.articles if article.id == "network")
    file = tmp_path / "第4版 page.txt"
    file.write_bytes(broken_page(network, random.Random(3), 46, 120).encode(encoding))
    written = import_file(file, tmp_path / "corpus")
    assert written == [tmp_path / "corpus" / "第4版-page" / "zh.md"]
    article = only(read_corpus(tmp_path / "corpus"))
    assert (article.title, article.kicker, article.date) == (network.title, network.kicker, "2026-06-30")
    assert [(b.kind, b.text) for b in article.blocks] == [(b.kind, b.text) for b in network.blocks]


def test_an_imported_file_with_front_matter_keeps_translations_that_are_there(corpus_of: Write, tmp_path: Path) -> None:
    folder = corpus_of()
    text = (folder / "harbour" / "zh.md").read_text("utf-8").replace("1200米", "1300米")
    (tmp_path / "new.md").write_text(text, encoding="utf-8")
    assert import_file(tmp_path / "new.md", folder) == [folder / "harbour" / "zh.md"]
    harbour = read_corpus(folder).articles[0]
    assert "1300米" in harbour.blocks[0].text
    assert sorted(harbour.translations) == ["en", "ru"]


def test_a_folder_of_an_article_is_taken_in_with_all_its_files(corpus_of: Write, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    assert import_file(corpus_of() / "harbour", target) == [target / "harbour" / "zh.md"]
    assert sorted(path.name for path in (target / "harbour").iterdir()) == [
        "en.md",
        "questions.jsonl",
        "ru.md",
        "zh.md",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\1binary", r"NUL bytes"),
        (b"", r"found no Chinese article"),
        (b"Only English.\n\nMore of it.", r"found no Chinese article"),
        (b"---\ntitle: [x\n---\n\xe6\x96\x87", r"input:\d+: the front matter is not valid YAML"),
        (b"---\ntitle: T\n---\n", r"no text below the front matter"),
    ],
)
def test_a_file_that_is_no_article_is_refused_and_nothing_is_written(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "input").write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        import_file(tmp_path / "input", tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()


def test_an_id_that_would_leave_the_corpus_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nid: ../../evil\ntitle: 题\n---\n正文。", encoding="utf-8")
    with pytest.raises(CorpusError, match="sound id"):
        import_file(tmp_path / "a.md", tmp_path / "corpus")


def test_a_missing_file_and_a_folder_without_chinese_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"There is no file"):
        import_file(tmp_path / "none.txt", tmp_path / "corpus")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CorpusError, match=r"has no zh\.md"):
        import_file(tmp_path / "folder", tmp_path / "corpus")


@given(st.text(max_size=400))
def test_any_text_is_a_page_without_an_exception(text: str) -> None:
    for draft in read_page(text):
        assert all(block.strip() for block in draft.blocks)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_article_or_a_problem(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "a").mkdir()
    (folder / "a" / "zh.md").write_bytes(b"---\ntitle: T\n---\n" + content)
    corpus = read_corpus(folder)
    assert len(corpus.articles) + len(corpus.broken) == 1
