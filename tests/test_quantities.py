"""What counts as a quantity in each language, what it is worth, and which claim follows from which evidence."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.quantities import Quantity, find_quantities, resolved, supports, unsupported

PUBLISHED = datetime.date(2026, 6, 30)
THIRD = Decimal(100) / 3


def shown(quantity: Quantity) -> str:
    """A quantity as one short line: kind, bound unless exact, value or range, unit; dates as year-month-day with ? for what is not said."""
    bound = "" if quantity.bound == "exact" else f" {quantity.bound}"
    unit = f" {quantity.unit}" if quantity.unit else ""
    if quantity.kind == "date" and quantity.low is None:
        parts = "-".join("?" if part is None else str(part) for part in (quantity.year, quantity.month, quantity.day))
        relative = f" {quantity.relative[0]} {quantity.relative[1]}" if quantity.relative else ""
        return f"date {parts}{relative}"
    assert quantity.low is not None
    assert quantity.high is not None
    low, high = (f"{value.normalize():f}" for value in (quantity.low, quantity.high))
    return f"{quantity.kind}{bound} {low if low == high else f'{low}..{high}'}{unit}"


def read(text: str, language: str) -> list[str]:
    return [shown(quantity) for quantity in find_quantities(text, language)]


def one(text: str, language: str) -> Quantity:
    found = find_quantities(text, language)
    assert len(found) == 1, (text, found)
    return found[0]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "1000家企业", "number 1000"),
        ("zh", "1,000家企业", "number 1000"),
        ("zh", "1 000家", "number 1000"),
        ("zh", "１０项", "number 10"),
        ("zh", "二十八家机构", "number 28"),
        ("zh", "一百零五项", "number 105"),
        ("zh", "两百人", "number 200"),
        ("zh", "两个节点", "number 2"),
        ("zh", "百项成果", "number 100"),
        ("zh", "四大方向", "number 4"),
        ("zh", "五大类别", "number 5"),
        ("zh", "三级联动机制", "number 3"),
        ("zh", "10亿", "number 1000000000"),
        ("zh", "1.2万亿", "number 1200000000000"),
        ("zh", "50万亩", "number 500000 mu"),
        ("zh", "百万人", "number 1000000"),
        ("zh", "两千五百万人", "number 25000000"),
        ("zh", "三点五亿人", "number 350000000"),
        ("zh", "5千米", "number 5 kilometre"),
        ("zh", "1.5倍", "number 1.5 times"),
        ("zh", "二十八個國家", "number 28"),
        ("zh", "五萬畝", "number 50000"),
        ("ru", "1 000 компаний", "number 1000"),
        ("ru", "1\u00a0000 компаний", "number 1000"),
        ("ru", "1\u2009000 компаний", "number 1000"),
        ("ru", "1000 компаний", "number 1000"),
        ("ru", "1,5 тысячи", "number 1500"),
        ("ru", "двадцать восемь организаций", "number 28"),
        ("ru", "двадцати восьми организаций", "number 28"),
        ("ru", "одиннадцатью проектами", "number 11"),
        ("ru", "тысяча компаний", "number 1000"),
        ("ru", "полтора миллиона", "number 1500000"),
        ("ru", "два с половиной миллиона", "number 2500000"),
        ("ru", "сто разработок", "number 100"),
        ("ru", "ста запросов", "number 100"),
        ("ru", "двумстам", "number 200"),
        ("ru", "семью проектами", "number 7"),
        ("ru", "500 тысяч му", "number 500000 mu"),
        ("ru", "10 тыс. человек", "number 10000"),
        ("ru", "3 млн", "number 3000000"),
        ("ru", "1,2 трлн", "number 1200000000000"),
        ("ru", "1 млрд", "number 1000000000"),
        ("ru", "двух узлов", "number 2"),
        ("ru", "трёх хабов", "number 3"),
        ("ru", "1,000 компаний", "number 1000"),
        ("en", "1,000 enterprises", "number 1000"),
        ("en", "1000 enterprises", "number 1000"),
        ("en", "twenty-eight institutions", "number 28"),
        ("en", "one hundred and five", "number 105"),
        ("en", "a hundred items", "number 100"),
        ("en", "half a million", "number 500000"),
        ("en", "a dozen countries", "number 12"),
        ("en", "two dozen", "number 24"),
        ("en", "500,000 mu", "number 500000 mu"),
        ("en", "3.5 million", "number 3500000"),
        ("en", "10k people", "number 10000"),
        ("en", "1 bn", "number 1000000000"),
        ("en", "two and a half million", "number 2500000"),
        ("en", "two thousand five hundred", "number 2500"),
        ("en", "1.2 trillion", "number 1200000000000"),
        ("en", "10 hectares", "number 10 hectare"),
        ("en", "a two-hundred-item list", "number 200"),
        ("en", "三 hubs and 28 bodies", "number 28"),
    ],
)
def test_a_number_is_read_in_digits_and_in_words(language: str, text: str, expected: str) -> None:
    assert read(text, language) == [expected]


@pytest.mark.parametrize(
    ("bound", "examples"),
    [
        (
            "over",
            {
                "zh": "超500项|超过500项|突破500项|逾500项|多于500项|500余项|500多项|五百余项",
                "ru": "более 500|более чем 500|более чем в 500|свыше 500|больше 500|превысило 500|превышает 500|более пятисот",
                "en": "more than 500|over 500|exceeding 500|exceeded 500|500-plus|500+ projects|in excess of 500",
            },
        ),
        (
            "at_least",
            {
                "zh": "至少500项|不少于500项|500项以上|500人次以上|500个及以上",
                "ru": "не менее 500|не менее чем 500|как минимум 500|500 и более|500 проектов и более",
                "en": "at least 500|500 or more|500 projects or more|no fewer than 500|no less than 500",
            },
        ),
        (
            "nearly",
            {
                "zh": "近500项|接近500项|将近500项",
                "ru": "почти 500|без малого 500",
                "en": "nearly 500|almost 500|close to 500",
            },
        ),
        (
            "about",
            {
                "zh": "约500项|大约500项|500项左右",
                "ru": "около 500|примерно 500|порядка 500",
                "en": "about 500|around 500|some 500|roughly 500|approximately 500",
            },
        ),
        (
            "under",
            {
                "zh": "不到500项|不足500项|500以内|少于500项",
                "ru": "менее 500|до 500|не более 500",
                "en": "less than 500|under 500|fewer than 500|up to 500",
            },
        ),
    ],
)
def test_a_bound_is_read_with_its_number(bound: str, examples: dict[str, str]) -> None:
    for language, texts in examples.items():
        for text in texts.split("|"):
            assert read(text, language) == [f"number {bound} 500"], text


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "百余家", "number over 100"),
        ("zh", "超百项", "number over 100"),
        ("zh", "近百家", "number nearly 100"),
        ("zh", "上百家", "number at_least 100"),
        ("zh", "三十余个", "number over 30"),
        ("zh", "10多亿元", "money over 1000000000 CNY"),
        ("zh", "10亿多元", "money over 1000000000 CNY"),
        ("zh", "十来个人", "number about 10"),
        ("zh", "集中签约11个项目", "number 11"),
        ("zh", "最近3个月", "duration 3 month"),
        ("ru", "более чем со ста вузами", "number over 100"),
        ("ru", "более сотни", "number over 100"),
        ("ru", "свыше тысячи", "number over 1000"),
        ("en", "more than one hundred", "number over 100"),
        ("en", "information about 11 projects", "number 11"),
    ],
)
def test_bounds_in_and_around_number_words(language: str, text: str, expected: str) -> None:
    assert read(text, language) == [expected]


@pytest.mark.parametrize(
    ("expected", "examples"),
    [
        (
            "percent 50 percent",
            {
                "zh": "50%|５０％|五成|百分之五十|半数|一半",
                "ru": "50%|50 процентов|пятьдесят процентов|половина|половины",
                "en": "50%|50 percent|fifty per cent|half|a half",
            },
        ),
        (
            "percent 25 percent",
            {
                "zh": "25%|四分之一|百分之二十五",
                "ru": "25 %|четверть|четверти|одной четверти",
                "en": "25%|a quarter|one quarter|one-quarter|a quarter of the economy",
            },
        ),
        (
            "percent at_least 25 percent",
            {
                "zh": "四分之一以上|占全球四分之一以上",
                "ru": "не менее четверти",
                "en": "at least one quarter|at least a quarter",
            },
        ),
        (
            "percent nearly 50 percent",
            {
                "zh": "接近全球半数|近半数",
                "ru": "приближается к половине|почти половина",
                "en": "close to half|nearly half|almost half",
            },
        ),
        (
            "percent over 50 percent",
            {"zh": "过半|超五成|超一半", "ru": "более половины", "en": "more than half|over half"},
        ),
        ("percent 75 percent", {"zh": "四分之三", "ru": "три четверти", "en": "three quarters"}),
        (
            "percent 10..15 percent",
            {"zh": "10%—15%|10-15%", "ru": "10–15 %|от 10 до 15 %", "en": "10–15%|10 to 15 percent"},
        ),
        ("percent 5 point", {"zh": "5个百分点", "ru": "5 процентных пунктов", "en": "5 percentage points"}),
    ],
)
def test_shares_are_percentages(expected: str, examples: dict[str, str]) -> None:
    for language, texts in examples.items():
        for text in texts.split("|"):
            assert read(text, language) == [expected], text


def test_a_third_is_the_same_third_in_every_language() -> None:
    assert one("三分之一", "zh").low == one("одна треть", "ru").low == one("one third", "en").low == THIRD


@pytest.mark.parametrize(
    ("expected", "examples"),
    [
        (
            "money 1000000000 CNY",
            {
                "zh": "10亿元|10亿元人民币|人民币10亿元|¥10亿",
                "ru": "1 млрд юаней|миллиард юаней|1 млрд китайских юаней|¥1 млрд",
                "en": "1 billion yuan|RMB 1 billion|CNY 1 billion|¥1bn|one billion yuan",
            },
        ),
        (
            "money over 1000000000 CNY",
            {
                "zh": "超10亿元|突破10亿元|10亿余元",
                "ru": "превысил 1 млрд юаней|более 1 млрд юаней",
                "en": "more than 1 billion yuan|exceeded RMB 1 billion|passed 1 billion yuan|over ¥1bn",
            },
        ),
        (
            "money 5000000 USD",
            {"zh": "500万美元", "ru": "5 млн долларов|$5 млн", "en": "5 million dollars|$5 million|US$5m"},
        ),
        ("money 3000000 EUR", {"zh": "300万欧元", "ru": "3 млн евро", "en": "3 million euros|€3m"}),
        ("money 100 RUB", {"zh": "100卢布", "ru": "100 рублей", "en": "100 rubles"}),
    ],
)
def test_money_has_its_currency(expected: str, examples: dict[str, str]) -> None:
    for language, texts in examples.items():
        for text in texts.split("|"):
            assert read(text, language) == [expected], text


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("zh", "3至5个|3—5项|3~5个|3到5个|三至五个|三五个"),
        ("ru", "от 3 до 5 стран|3–5 стран|3-5 стран|3 — 5 стран|от трёх до пяти|между 3 и 5"),
        ("en", "3 to 5 countries|3–5 countries|three to five|between 3 and 5|from 3 to 5 countries"),
    ],
)
def test_a_range_keeps_both_ends(language: str, texts: str) -> None:
    for text in texts.split("|"):
        assert read(text, language) == ["number 3..5"], text


def test_a_scale_after_a_range_counts_for_both_ends() -> None:
    assert read("100至200万元", "zh") == ["money 1000000..2000000 CNY"]
    assert read("3–5 млн юаней", "ru") == ["money 3000000..5000000 CNY"]
    assert read("3-5 million yuan", "en") == ["money 3000000..5000000 CNY"]


def test_a_change_from_one_number_to_another_is_no_range() -> None:
    assert read("increased from 100 to 200", "en") == ["number 100", "number 200"]
    assert read("с 100 до 200", "ru") == ["number 100", "number 200"]


@pytest.mark.parametrize(
    ("expected", "examples"),
    [
        (
            "date 2026-6-29",
            {
                "zh": "2026年6月29日|二〇二六年六月二十九日|2026-06-29",
                "ru": "29 июня 2026 года|29.06.2026|двадцать девятого июня 2026 года|2026-06-29",
                "en": "June 29, 2026|29 June 2026|29th of June, 2026|2026-06-29",
            },
        ),
        (
            "date ?-6-29",
            {
                "zh": "6月29日|六月二十九日",
                "ru": "29 июня|29-го июня|двадцать девятого июня",
                "en": "June 29|29 June|June 29th",
            },
        ),
        ("date ?-?-29", {"zh": "29日|二十九日", "ru": "29-го числа|29 числа|29-го", "en": "on the 29th"}),
        ("date ?-9-?", {"zh": "9月", "ru": "в сентябре", "en": "in September"}),
        ("date 2025-9-?", {"zh": "2025年9月", "ru": "в сентябре 2025 года", "en": "September 2025"}),
        ("date 2028-?-?", {"zh": "2028年|到2028年", "ru": "к 2028 году|2028 г.|в 2028 году", "en": "by 2028|in 2028"}),
        ("date ?-9-? year 1", {"zh": "去年9月", "ru": "в сентябре прошлого года", "en": "September last year"}),
        ("date ?-?-? year 0", {"zh": "今年", "ru": "в этом году", "en": "this year"}),
        ("date ?-?-? day 1", {"zh": "昨天|昨日", "ru": "вчера", "en": "yesterday"}),
        ("date 1990 decade", {"zh": "1990年代|20世纪90年代", "ru": "1990-е годы", "en": "the 1990s"}),
        (
            "date 20 century",
            {"zh": "20世纪", "ru": "XX век|20-й век|двадцатый век", "en": "the 20th century|the twentieth century"},
        ),
    ],
)
def test_dates(expected: str, examples: dict[str, str]) -> None:
    for language, texts in examples.items():
        for text in texts.split("|"):
            assert read(text, language) == [expected], text


def test_two_days_of_a_month_and_two_years_are_two_dates() -> None:
    assert read("6月29日至30日", "zh") == ["date ?-6-29", "date ?-?-30"]
    assert read("29–30 июня", "ru") == ["date ?-6-29", "date ?-6-30"]
    assert read("June 29–30", "en") == read("29–30 June", "en") == ["date ?-6-29", "date ?-6-30"]
    assert (
        read("2025—2030年", "zh")
        == read("в 2025–2030 гг.", "ru")
        == read("2025–2030", "en")
        == ["date 2025-?-?", "date 2030-?-?"]
    )


@pytest.mark.parametrize(
    ("expected", "examples"),
    [
        (
            "duration 5 year",
            {
                "zh": "五年|五年内|5年",
                "ru": "пять лет|в течение пяти лет|пятилетний план",
                "en": "five years|within five years|over five years|over the next five years|five-year plan",
            },
        ),
        (
            "duration 25 year",
            {
                "zh": "25周年|25年来",
                "ru": "25-летие|25 лет|четверть века|двадцать пятая годовщина",
                "en": "25th anniversary|over the past 25 years|quarter of a century",
            },
        ),
        (
            "duration over 5 year",
            {"zh": "超过五年|五年多", "ru": "более пяти лет", "en": "more than five years|for over five years"},
        ),
        (
            "duration under 1 year",
            {
                "zh": "不足一年|成立不到一年",
                "ru": "менее года|менее чем за год",
                "en": "less than a year|less than one year",
            },
        ),
        ("duration 3 month", {"zh": "三个月", "ru": "три месяца", "en": "three months"}),
        ("duration 0.5 year", {"zh": "半年", "ru": "полгода", "en": "half a year"}),
        ("duration 1.5 year", {"zh": "一年半", "ru": "полтора года", "en": "one and a half years"}),
    ],
)
def test_durations(expected: str, examples: dict[str, str]) -> None:
    for language, texts in examples.items():
        for text in texts.split("|"):
            assert read(text, language) == [expected], text


@pytest.mark.parametrize(
    ("expected", "examples"),
    [
        (
            "ordinal 1",
            {
                "zh": "第一|首届|首次|首批",
                "ru": "первый|первая Конференция|1-й|впервые",
                "en": "the first conference|1st|for the first time",
            },
        ),
        ("ordinal 3", {"zh": "第三|第三届", "ru": "третий|третью|3-я", "en": "the third|3rd"}),
        (
            "ordinal 28",
            {
                "zh": "第28届|第二十八",
                "ru": "28-е заседание|двадцать восьмая сессия",
                "en": "28th session|twenty-eighth",
            },
        ),
    ],
)
def test_ordinals(expected: str, examples: dict[str, str]) -> None:
    for language, texts in examples.items():
        for text in texts.split("|"):
            assert read(text, language) == [expected], text


@pytest.mark.parametrize(
    "text",
    [
        "这是一个平台",
        "一方面",
        "进一步推动",
        "一系列合作",
        "统一布局",
        "一站式方案",
        "“一带一路”联合实验室",
        "新一轮科技革命",
        "双方",
        "双边贸易",
        "双多边合作",
        "万一",
        "十分重要",
        "服务三农",
        "四通八达",
        "百年变局",
        "成千上万的企业",
        "成百上千家企业",
        "千家万户",
        "数百家企业",
        "几十个项目",
        "千方百计",
        "两岸",
        "三亚",
        "四川",
        "第三方",
        "第一时间",
        "其中之一",
        "唯一",
        "一致",
        "这一周年",
        "哪一年",
        "另一方面",
        "一举两得",
        "周三开幕",
        "二维码",
        "三位一体",
        "上午三点五十分",
        "10:30",
        "前者将深度对接",
        "万物互联",
        "千万不要",
        "零碳",
        "多少亿元",
        "联盟是国际化、非营利、开放性的多边农业科技合作平台。",
    ],
)
def test_chinese_words_with_numerals_are_not_quantities(text: str) -> None:
    assert read(text, "zh") == []


@pytest.mark.parametrize(
    "text",
    [
        "один из проектов",
        "одна из стран",
        "одному городу",
        "сотни компаний",
        "тысячи людей",
        "десятки проектов",
        "миллионы",
        "во-первых",
        "в первую очередь",
        "первоначальный механизм",
        "двусторонний",
        "двухсторонний обмен",
        "за этим столом",
        "многосторонний",
        "с семью",
        "две стороны",
        "сторона",
        "одновременно",
        "однако",
        "единый",
        "третья сторона",
        "обеих стран",
        "в двух словах",
        "первая половина",
        "«Один пояс — один путь»",
        "страна",
        "пятно",
        "год назад",
        "Первый будет налаживать взаимодействие; второй, будучи опорой, важен",
        "Альянс объединяет вузы и научные учреждения государств-членов.",
    ],
)
def test_russian_words_with_numerals_are_not_quantities(text: str) -> None:
    assert read(text, "ru") == []


@pytest.mark.parametrize(
    "text",
    [
        "one of the projects",
        "one platform",
        "no one",
        "hundreds of firms",
        "dozens of countries",
        "First, the center grew",
        "first of all",
        "at first",
        "one-stop service",
        "two-way trade",
        "this may help",
        "secondly",
        "third parties",
        "both countries",
        "twofold",
        "first-class",
        "the two sides",
        "the first half",
        "was first established",
        "a year ago",
        "It may help",
        "the Belt and Road",
        "everyone",
        "The alliance is an international, nonprofit and open multilateral platform.",
        "often",
        "someone",
        "the former and the latter",
    ],
)
def test_english_words_with_numerals_are_not_quantities(text: str) -> None:
    assert read(text, "en") == []


@pytest.mark.parametrize("language", ["zh", "ru", "en"])
def test_codes_and_markers_are_not_quantities_but_a_year_in_a_name_is_a_number(language: str) -> None:
    for text in (
        "AI2035",
        "“1+N”",
        "«1+N»",
        "COVID-19",
        "CT",
        "B2B",
        "5G",
        "3D",
        "G20",
        "[1]",
        "[1][2]",
        "[1, 2]",
        "【3】",
        "https://a.b/2026/7",
        "10:30",
    ):
        assert read(text, language) == [], text
    for text in ("科威特愿景2035", "«Видение Кувейта — 2035»", "Кувейт-2035", "Kuwait Vision 2035"):
        assert read(text, language) == ["number 2035"], text


def test_offsets_point_into_the_original_text() -> None:
    text = "İ：技术交易总额突破１０亿元，成立不足一年[1]。"
    found = find_quantities(text, "zh")
    assert [quantity.text for quantity in found] == ["突破１０亿元", "不足一年"]
    assert all(text[quantity.start : quantity.end] == quantity.text for quantity in found)


@pytest.mark.parametrize("piece", ["9", "一", "百", "1,", "двадцать ", "two and ", "1-", "[", "a1", "\0"])
def test_a_hostile_text_is_read_without_complaint(piece: str) -> None:
    for language in ("zh", "ru", "en"):
        for text in (piece * 400, piece * 400 + "世纪", "第" + piece * 400, piece * 400 + "-й", piece * 400 + "th"):
            find_quantities(text, language)
        find_quantities("9" * 5000 + "年", language)  # int() refuses more than 4300 digits


def test_empty_text_has_none_and_an_unknown_language_is_refused() -> None:
    assert find_quantities("", "zh") == ()
    with pytest.raises(ValueError, match="'de'; expected one of zh, ru, en"):
        find_quantities("28", "de")


@pytest.mark.parametrize(
    ("evidence", "claims"),
    [
        (
            "技术交易总额突破10亿元",
            {
                "ru": "более 1 млрд юаней|не менее 1 млрд юаней|более миллиарда",
                "en": "more than RMB 1 billion|over ¥1bn|at least 1 billion yuan",
            },
        ),
        (
            "交换评价种质资源300份以上",
            {"ru": "не менее 300 образцов|более 300 образцов", "en": "at least 300|300 or more|more than 300"},
        ),
        (
            "9个国家的28家机构",
            {"ru": "28 организаций из девяти стран", "en": "twenty-eight institutions from 9 countries"},
        ),
        (
            "经济总量占全球四分之一以上",
            {"ru": "не менее четверти|более 25 %", "en": "at least a quarter|more than 25%"},
        ),
        ("25年来，成立25周年", {"ru": "25-летие|за 25 лет|25", "en": "the 25th anniversary|25 years|25"}),
        ("到2028年", {"ru": "к 2028 году", "en": "by 2028"}),
        ("愿景2035", {"ru": "Видение — 2035|в 2035 году", "en": "Vision 2035|in 2035"}),
        ("（2026版）", {"ru": "издание 2026 года", "en": "2026 Edition|in 2026"}),
        (
            "2026年6月29日",
            {
                "ru": "29 июня 2026 года|29 июня|в июне 2026 года|в 2026 году|29-го числа",
                "en": "June 29, 2026|June 29|in June|in 2026|on the 29th|2026-06-29",
            },
        ),
        ("成立半年", {"ru": "полгода|шесть месяцев", "en": "half a year|six months"}),
        ("一百二十项", {"ru": "120 проектов|сто двадцать", "en": "120|one hundred and twenty"}),
    ],
)
def test_evidence_supports_what_follows_from_it(evidence: str, claims: dict[str, str]) -> None:
    known = find_quantities(evidence, "zh")
    for language, texts in claims.items():
        for text in texts.split("|"):
            asked = find_quantities(text, language)
            assert asked, text
            assert unsupported(asked, known) == (), text


@pytest.mark.parametrize(
    ("evidence", "claims"),
    [
        (
            "技术交易总额突破10亿元",
            {
                "ru": "1 млрд юаней|почти 1 млрд юаней|более 1 млрд долларов|более 10 млрд юаней|более 1 млн юаней",
                "en": "1 billion yuan|nearly 1 billion yuan|over $1 billion|about 1 billion yuan",
            },
        ),
        (
            "28家机构",
            {
                "ru": "более 28|почти 28|29|28-я|28 июня|28 %|28 лет|28 юаней|28 гектаров",
                "en": "more than 28|at least 28|about 28|29|the 28th session|28 percent|28 years|28 yuan",
            },
        ),
        ("近500项", {"ru": "около 500|более 500|500", "en": "about 500|over 500|500"}),
        ("3至5个国家", {"ru": "3 страны|5 стран|от 3 до 6|4 страны", "en": "three|five|3–6|4"}),
        ("29日", {"ru": "29 проектов|30-го числа", "en": "29 projects|on the 30th"}),
        ("2026年6月29日", {"ru": "30 июня|29 июля|29 июня 2025 года", "en": "June 30|July 29|June 29, 2025|in 2025"}),
        (
            "五年内",
            {"ru": "пять месяцев|более пяти лет|шесть лет", "en": "five months|more than five years|within six years"},
        ),
        ("50万亩", {"ru": "500 тысяч га|50 тысяч му|500 му", "en": "500,000 hectares|50,000 mu|5 million mu"}),
        ("首届", {"ru": "вторая|1 проект", "en": "second|1 project"}),
        ("占四分之一", {"ru": "треть|четыре", "en": "one third|four|0.25"}),
    ],
)
def test_evidence_never_supports_more_than_it_says(evidence: str, claims: dict[str, str]) -> None:
    known = find_quantities(evidence, "zh")
    for language, texts in claims.items():
        for text in texts.split("|"):
            asked = find_quantities(text, language)
            assert asked, text
            assert unsupported(asked, known, published=PUBLISHED) == asked, text


@pytest.mark.parametrize(
    ("evidence", "supported", "not_supported"),
    [
        (
            "去年9月",
            "сентябрь 2025 года|in September 2025|last September|в прошлом году|in 2025|в сентябре прошлого года",
            "сентябрь 2026 года|in 2026|last October|в этом году",
        ),
        (
            "6月29日",
            "29 июня 2026 года|June 29, 2026|yesterday|вчера|this year",
            "29 июня 2025 года|June 29, 2027|last year",
        ),
        ("29日", "29 июня 2026 года|June 29|29 июня", "29 мая 2026 года|July 29"),
        ("9月4日", "4 сентября 2025 года|September 4, 2025", "4 сентября 2026 года|September 4, 2026"),
        ("昨天", "29 июня|June 29, 2026", "30 июня|June 28"),
        ("今年", "в 2026 году|in 2026", "в 2025 году|in 2025"),
    ],
)
def test_the_day_of_publication_resolves_what_a_date_leaves_out(
    evidence: str, supported: str, not_supported: str
) -> None:
    known = one(evidence, "zh")
    for texts, expected in ((supported, True), (not_supported, False)):
        for text in texts.split("|"):
            claim = one(text, "en" if text.isascii() else "ru")
            assert supports(known, claim, published=PUBLISHED) is expected, text


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "去年9月", (2025, 9, None)),
        ("zh", "前年", (2024, None, None)),
        ("zh", "后年", (2028, None, None)),
        ("zh", "本月3日", (2026, 6, 3)),
        ("zh", "上月", (2026, 5, None)),
        ("zh", "昨日", (2026, 6, 29)),
        ("zh", "9月4日", (2025, 9, 4)),
        ("zh", "29日", (2026, 6, 29)),
        ("ru", "в прошлом сентябре", (2025, 9, None)),
        ("ru", "прошлым сентябрём", (2025, 9, None)),
        ("ru", "в этом сентябре", (2026, 9, None)),
        ("ru", "в следующем сентябре", (2026, 9, None)),
        ("ru", "в прошлом мае", (2026, 5, None)),
        ("ru", "в прошлом месяце", (2026, 5, None)),
        ("ru", "вчерашний форум", (2026, 6, 29)),
        ("ru", "позавчера", (2026, 6, 28)),
        ("ru", "прошлогодний саммит", (2025, None, None)),
        ("en", "last September", (2025, 9, None)),
        ("en", "next September", (2026, 9, None)),
        ("en", "next May", (2027, 5, None)),
        ("en", "this September", (2026, 9, None)),
        ("en", "the day before yesterday", (2026, 6, 28)),
        ("en", "last month", (2026, 5, None)),
        ("en", "June 29", (2026, 6, 29)),
    ],
)
def test_a_relative_date_means_what_it_means_on_the_day_of_publication(
    language: str, text: str, expected: tuple[int | None, int | None, int | None]
) -> None:
    (found,) = find_quantities(text, language, published=PUBLISHED)
    assert (found.year, found.month, found.day) == expected
    assert found.relative is None
    assert found == resolved(one(text, language), PUBLISHED)


@pytest.mark.parametrize(("language", "text"), [("zh", "日前"), ("zh", "近日"), ("ru", "на днях"), ("en", "recently")])
def test_a_vague_time_is_no_date(language: str, text: str) -> None:
    assert find_quantities(text, language, published=PUBLISHED) == ()


def test_only_dates_are_resolved() -> None:
    for text in ("28家机构", "25年来", "20世纪", "90年代"):
        assert find_quantities(text, "zh", published=PUBLISHED) == find_quantities(text, "zh")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "双层管理模式", "number 2"),
        ("zh", "部、省、市三级联动", "number 3"),
        ("ru", "двухуровневая модель", "number 2"),
        ("ru", "трёхуровневый механизм", "number 3"),
        ("en", "two-tier governance", "number 2"),
        ("en", "a three-level mechanism", "number 3"),
    ],
)
def test_levels_are_counted(language: str, text: str, expected: str) -> None:
    assert read(text, language) == [expected]


def test_without_the_day_of_publication_nothing_is_added_to_a_date() -> None:
    assert not supports(one("6月29日", "zh"), one("June 29, 2026", "en"))
    assert not supports(one("去年9月", "zh"), one("September 2025", "en"))
    assert supports(one("去年9月", "zh"), one("в сентябре прошлого года", "ru"))


def test_unsupported_keeps_the_order_of_the_claims() -> None:
    claims = find_quantities("7 of 28 bodies in 9 countries and 3 hubs", "en")
    assert [quantity.text for quantity in unsupported(claims, find_quantities("9个国家的28家机构", "zh"))] == ["7", "3"]


# --- properties -----------------------------------------------------------------------------------------------------------------

ONES_ZH = "零一二三四五六七八九"
ONES_EN = [
    "",
    *(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    ),
]
TENS_EN = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES_RU = (
    "",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
)
TENS_RU = ("", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто")
HUNDREDS_RU = ("", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот")


def spell_zh(number: int) -> str:
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return spell_zh(high) + "万" + ("" if not low else ("零" if low < 1000 else "") + spell_zh(low))
    text, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if gap and text else "") + ONES_ZH[digit] + name
            gap = False
        else:
            gap = True
    return text


def spell_en(number: int) -> str:
    if number >= 1000:
        return f"{spell_en(number // 1000)} thousand" + (f" {spell_en(number % 1000)}" if number % 1000 else "")
    if number >= 100:
        return f"{ONES_EN[number // 100]} hundred" + (f" and {spell_en(number % 100)}" if number % 100 else "")
    if number >= 20:
        return TENS_EN[number // 10] + (f"-{ONES_EN[number % 10]}" if number % 10 else "")
    return ONES_EN[number]


def spell_ru(number: int, feminine: bool = False) -> str:
    if number >= 1000:
        thousands = number // 1000
        last = 5 if thousands % 100 in range(11, 20) else thousands % 10
        name = "тысяча" if last == 1 else "тысячи" if last in (2, 3, 4) else "тысяч"
        return " ".join(filter(None, (spell_ru(thousands, feminine=True), name, spell_ru(number % 1000))))
    unit = number % 100 if number % 100 < 20 else number % 10
    word = {1: "одна", 2: "две"}.get(unit, ONES_RU[unit]) if feminine else ONES_RU[unit]
    return " ".join(
        filter(None, (HUNDREDS_RU[number // 100], TENS_RU[number // 10 % 10] if number % 100 >= 20 else "", word))
    )


def forms(number: int) -> list[tuple[str, str]]:
    """(language, text) of every way in which the languages write the number."""
    written = [
        ("zh", f"共{number}家"),
        ("zh", f"共{number:,}家"),
        ("ru", f"всего {number} компаний"),
        ("ru", f"всего {number:,} компаний".replace(",", "\u00a0")),
        ("en", f"in all {number} firms"),
        ("en", f"in all {number:,} firms"),
    ]
    if number > 1:
        written += [
            ("zh", f"共{spell_zh(number)}家"),
            ("ru", f"всего {spell_ru(number)} компаний"),
            ("en", f"in all {spell_en(number)} firms"),
        ]
    return written


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 999_999))
def test_every_way_to_write_a_number_has_its_value(number: int) -> None:
    for language, text in forms(number):
        values = [(quantity.kind, quantity.low) for quantity in find_quantities(text, language)]
        assert values == [("number", Decimal(number))], text


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 9_999),
    st.sampled_from([(10**4, "万", "{:,} thousand", "{} тыс.", 10), (10**8, "亿", "{:,} million", "{} млн", 100)]),
)
def test_chinese_myriads_equal_thousands_and_millions(number: int, scale: tuple[int, str, str, str, int]) -> None:
    value, name, english, russian, factor = scale
    evidence = one(f"{number}{name}元", "zh")
    assert evidence.low == number * value
    assert supports(evidence, one(english.format(number * factor) + " yuan", "en"))
    assert supports(evidence, one(russian.format(number * factor) + " юаней", "ru"))


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 999_999), st.data())
def test_changing_one_digit_is_noticed_in_every_language(number: int, data: st.DataObject) -> None:
    digits = list(str(number))
    place = data.draw(st.integers(0, len(digits) - 1))
    digits[place] = data.draw(st.sampled_from([digit for digit in "123456789" if digit != digits[place]]))
    wrong = int("".join(digits))
    evidence = one(f"共{number}家", "zh")
    for language, text in forms(number):
        assert supports(evidence, one(text, language)), text
    for language, text in forms(wrong):
        assert not any(supports(evidence, claim, published=PUBLISHED) for claim in find_quantities(text, language)), (
            text
        )


PIECES = [
    "百",
    "两",
    "三",
    "十",
    "万亿",
    "点",
    "分之",
    "成",
    "第",
    "首届",
    "年",
    "月",
    "日",
    "半",
    "上",
    "超",
    "以上",
    "内",
    "至",
    "%",
    "元",
    "two",
    "hundred",
    "half a",
    " and ",
    "third",
    "June",
    "the",
    "over ",
    "quarter",
    "two ",
    "тысячи",
    "сто ",
    "пять ",
    "полтора",
    "второго",
    "июня",
    "года",
    "четверть",
    "от ",
    " до ",
    "-",
    "–",
    " ",
    ",",
    ".",
    "1",
    "29",
    "2026",
    "000",
    "k",
    "[1]",
    "\0",
    "İ",
]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)),
    st.sampled_from(["zh", "ru", "en"]),
)
def test_any_text_gives_ordered_slices_that_support_themselves(text: str, language: str) -> None:
    found = find_quantities(text, language)
    end = 0
    for quantity in found:
        assert end <= quantity.start < quantity.end
        assert text[quantity.start : quantity.end] == quantity.text
        end = quantity.end
        assert supports(quantity, quantity, published=PUBLISHED)
