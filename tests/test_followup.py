"""Follow-ups are made whole from the turns before them; new topics are left alone.

A row: earlier turns and the question, split by " / " ("= …" is the assistant's), then what the stand-alone question says (";" splits,
"!" is what it must not say, "=" alone means that the question stays as it is).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import read_corpus
from assistant.followup import stand_alone, wished_language
from assistant.names import NameTable
from assistant.phrases import quoted_list, say
from assistant.records import LANGUAGES, Language

NAMES = NameTable(read_corpus(Path(__file__).resolve().parent.parent / "corpus").glossary)

ZH = """
广州枢纽聚焦哪些产业？ / 那延安呢？ => 延安枢纽;产业;!广州
延安枢纽由谁共建？ / 西安的呢？ => 西安;枢纽;共建;!延安
联盟成员里有巴基斯坦吗？ / 那伊朗呢？ => 伊朗;联盟;!巴基斯坦
白俄罗斯有没有参加联盟？ / 埃及呢？ => 埃及;联盟;!白俄罗斯
科奇诺夫在大会上说了什么？ / 那牛海涛呢？ => 牛海涛;说;!科奇诺夫
牛海涛在会上讲了什么？ / 苏莱曼诺娃呢？ => 苏莱曼诺娃;!牛海涛
激光项目的俄方单位是哪家？ / 中方呢？ => 激光项目;中方;!俄方
水翼艇项目的中方单位是谁？ / 那外方呢？ => 水翼艇项目;外方;!中方
蒙古节点跟谁共建？ / = 位于乌兹别克斯坦和蒙古的国际合作节点，分别与塔什干理工学院、贝尔投资共建。[1] / 另一个呢？ => 乌兹别克斯坦;共建;!蒙古
哪些城市设了枢纽？ / = 三个国内联动枢纽位于西安、广州及延安。[1] / 第二个呢？ => 广州;枢纽
哪些国家设了节点？ / = 乌兹别克斯坦、蒙古。[1] / 第一个呢？ => 乌兹别克斯坦
科创中心什么时候成立的？ / 在哪里？ => 科创中心;成立;哪里
农业科技联盟何时成立？ / 谁提出的？ => 农业科技联盟;谁
农业科技联盟聚焦什么？ / 为什么？ => 农业科技联盟;为什么
西安枢纽聚焦什么产业？ / 它跟谁共建？ => 西安枢纽;共建;!它
科创中心采取什么管理模式？ / 它的核心任务有哪些？ => 科创中心;核心任务
文化遗产项目由谁承担？ / 其目标是什么？ => 文化遗产项目;目标
极地远程医疗项目有哪些单位参加？ / 该项目的目标是什么？ => 极地远程医疗项目;目标
中吉乌铁路项目研究什么？ / 展开说说 => 铁路;介绍
汇编收录了多少项成果？ / 详细一点 => 汇编
科威特驻华大使是谁？ / = 贾西姆·纳吉姆。[1] / 他提到了什么愿景？ => 贾西姆·纳吉姆;愿景
谁代表吉尔吉斯斯坦发言？ / = 副部长苏莱曼诺娃·莉拉。[1] / 她怎么说？ => 苏莱曼诺娃;!她
延安枢纽重点是什么？ / 不是，我问的是广州 => 广州枢纽;!延安
科创中心在哪个城市？ / 不对，我是说联盟 => 联盟;!科创中心
乌兹别克斯坦节点由谁共建？ / 错了，是蒙古 => 蒙古;节点;!乌兹别克斯坦
科创中心五年要实施多少项目？ / 那服务企业呢？ => 科创中心;服务企业;多少
联盟有多少家机构？ / 国家呢？ => 联盟;国家;多少
SCOASTIA什么时候成立？ / 联络处呢？ => SCOASTIA|联盟;联络处
农业科技联盟是谁发起的？ / 目标是什么？ => 农业科技联盟;目标
What does the Xi'an hub do? / 那广州呢？ => Guangzhou hub;!Xi'an
Что делает центр? / 它在哪里？ => 中心
Is Iran in the alliance? / 那印度呢？ => India;alliance;!Iran
西安枢纽聚焦什么？ / 那广州呢？ / 延安呢？ => 延安枢纽;聚焦;!广州;!西安
联盟有多少成员？ / 谢谢！ / = 不客气！ / 它什么时候成立的？ => 联盟;成立
西安枢纽聚焦什么？ / 科威特驻华大使是谁？ => =
联盟有多少成员？ / 科创中心技术交易额是多少？ => =
牛海涛是谁？ / 本次大会签约了多少个项目？ => =
激光项目由谁承担？ / 大会的主题是什么？ => =
水翼艇是谁研制的？ / 上合组织成立多少周年？ => =
西安枢纽做什么？ / 换个问题，联盟覆盖几个国家？ => 联盟覆盖几个国家;!西安
农业科技联盟有多少个成员？ / = 联盟现有来自9个国家的28家机构。[1] / 谁是马斯克？ => =
科创中心的技术交易额是多少？ / = 超过10亿元。[1] / 联盟有多少成员？ => =
三个国内联动枢纽设在哪里？ / = 分别设在西安、广州和延安。[1] / 第三个聚焦什么？ => 延安;枢纽;聚焦;!第三个
水翼艇由谁联合攻关？ / = 山东科技大学与圣彼得堡国立海洋技术大学联合攻关。[1] / 前者还参加了什么项目？ => 山东科技大学;!前者
西安枢纽和谁共建？ / = 西安石油大学。[1] / 不对，我问的是蒙古节点 => 蒙古节点;共建;!枢纽
上合组织明年成立多少周年？ / = 文章没有提到。 / 我是说今年 => 上合组织今年;周年;!明年
科创中心在西安设枢纽的目的是什么？ / = 服务石油产业。[1] / 用英语再说一遍 => 科创中心在西安设枢纽的目的是什么;!英语
广州枢纽面向哪些产业？ / = 新材料、高端装备、生物医药、新能源。[1] / 说详细点 => 广州枢纽;详细
苏莱曼诺娃是谁？ / = 吉尔吉斯斯坦副部长。[1] / 科威特大使呢？ => 科威特大使是谁;!苏莱曼诺娃
科创中心什么时候成立的？ / = 去年9月。[1] / 在哪座城市？ => 科创中心;成立;哪座城市
"""

RU = """
Чем занимается хаб в Гуанчжоу? / А в Яньане? => хаб;Яньан;!Гуанчжоу
С кем создан хаб в Яньане? / А сианьский? => хаб;сиань;!Яньане
Что делает гуанчжоуский хаб? / А яньаньский? => яньаньский хаб;!гуанчжоуский
Входит ли Иран в альянс? / А Египет? => Египет;альянс;!Иран
Индия участвует в альянсе? / А Беларусь? => Беларусь;альянс;!Индия
Что сказал на конференции Кочинов? / А Ню Хайтао? => Ню Хайтао;сказал;!Кочинов
Кто выступал от Кыргызстана? / А от Казахстана? => от Казахстана;выступал;!Кыргызстан
Какой российский институт в лазерном проекте? / А с китайской стороны? => китайский;лазерном проекте;!российский
Какой китайский вуз занят судном на подводных крыльях? / А российский? => российский вуз;крыльях;!китайский
С кем делают узел в Монголии? / = Узлы в Узбекистане и Монголии созданы с Ташкентским политехническим институтом и ООО «Белл Инвестмент». [1] / А второй? => Узбекистан;узел;!Монголии
В каких городах хабы? / = Хабы находятся в Сиане, Гуанчжоу и Яньане. [1] / А второй? => Гуанчжоу;хаб
В каких странах созданы узлы? / = В Узбекистане и Монголии. [1] / Назови только первую => Узбекистан
Когда открылся Центр инноваций ШОС? / Где? => Центр инноваций ШОС;Где
Сколько стран в аграрном альянсе? / Когда? => Когда;альянс
Сколько проектов реализует центр? / Почему? => Почему;проектов;центр
Какой хаб в Сиане? / А чем он занимается? => хаб;Сиань;занимается
Кто создал агроальянс? / Какова его цель? => альянс;цель
Кто участвует в проекте полярной телемедицины? / Какова цель этого проекта? => телемедицин;цель
Что такое инновационный центр ШОС? / Кто им руководит? => центр ШОС;руководит
Какие организации входят в альянс? / Чем они занимаются? => альянс;занимаются
Что известно о сборнике? / подробнее => сборник
О чём лазерный проект? / Расскажи подробнее => лазерный проект
Кто посол Кувейта? / = Посол Кувейта в Китае — Джасим ан-Наджим. [1] / Что он сказал? => Наджим;сказал
Кто выступал от Кыргызстана? / = Заместитель министра Лира Сулайманова. [1] / О чём она говорила? => Лира Сулайманова;говорила
Чем занимается хаб в Яньане? / нет, я про Гуанчжоу => хаб;Гуанчжоу;!Яньане
С кем создан узел в Узбекистане? / Я имел в виду Монголию => узел;Монголи;!Узбекистане
Чем занимается хаб в Яньане? / нет, я имел в виду в Сиане => хаб;в Сиане;!Яньане
Сколько компаний обслужит центр? / А проектов? => Сколько проектов;центр
Сколько стран в альянсе? / А организаций? => Сколько организаций;альянс
Что такое SCOASTIA? / инициатор? => SCOASTIA|альянс;инициатор
Когда создан агроальянс? / А кто партнёр? => партнёр;агроальянс
西安枢纽聚焦什么产业？ / А в Гуанчжоу? => 广州枢纽;产业;!西安
Who runs the SCO Innovation Center? / А где он находится? => Центр;находится
联盟有多少成员？ / Какова его цель? => альянс;цель;!联盟
Чем занимается хаб в Сиане? / А в Гуанчжоу? / А в Яньане? => хаб;в Яньане;!Сиане;!Гуанчжоу
Чем занимается хаб в Сиане? / Кто посол Кувейта в Китае? => =
Сколько стран в альянсе? / Каков объём сделок инновационного центра? => =
Кто такой Ню Хайтао? / Сколько проектов было подписано? => =
Кто участвует в лазерном проекте? / Где прошла конференция? => =
Чем занимается хаб в Сиане? / Другой вопрос: сколько лет ШОС? => сколько лет ШОС;!хаб
Сколько стран входит в агроальянс? / = Девять стран. [1] / Кто такой Илон Маск? => =
Где находятся узлы центра? / = В Узбекистане и Монголии. [1] / А второй с кем строят? => Монголия;узел;с кем строят
С кем сотрудничает Казахстан? / = С Гонконгским политехническим университетом и Шанхайским университетом Цзяотун. [1] / А первый что создал? => Гонконгский политехнический университет;создал
Что говорила Кобенова? / = Казахстан придаёт большое значение сотрудничеству. [1] / А посол Кувейта? => посол Кувейта;говорила;!Кобенова
Какие задачи у центра? / = Четыре основные задачи. [1] / Расскажи подробнее => Центр;задачи
When was the SCO Innovation Center founded? / = On September 4, 2025. [1] / А где? => Where was the SCO Innovation Center founded
Сколько проектов подписали на конференции? / = 11 проектов. [1] / В каких областях? => В каких областях;проектов подписали на конференции
Сколько проектов подписали на конференции? / = 11 проектов. [1] / а по-английски? => Сколько проектов подписали на конференции;!английски
В каком проекте занят Шаосинский университет? / = В проекте по оцифровке культурного наследия. [1] / Кто зарубежный партнёр? => зарубежный партнёр;культурного наследия
Что подписали на конференции? / = Одиннадцать проектов. [1] / Как зовут президента Франции? => =
"""

EN = """
What does the Guangzhou hub focus on? / And Yan'an? => Yan'an hub;focus;!Guangzhou
Who is behind the Yan'an hub? / What about the Xi'an one? => Xi'an hub;behind;!Yan'an
Which industries does the Xi'an hub serve? / And Guangzhou's? => Guangzhou;hub;industries;!Xi'an
Is Iran a member of the alliance? / What about Egypt? => Egypt;alliance;!Iran
Does India take part in SCOASTIA? / and Belarus? => Belarus;SCOASTIA;!India
What did Kochinov say at the conference? / And Niu Haitao? => Niu Haitao;say;!Kochinov
Which Kyrgyz official spoke? / and the Kazakh one? => Kazakh official;spoke;!Kyrgyz
Which Russian institute is in the laser project? / And on the Chinese side? => Chinese institute;laser project;!Russian
Which Chinese university works on the hydrofoil? / And the Russian one? => Russian university;hydrofoil;!Chinese
Who is the partner of the node in Mongolia? / = The nodes in Uzbekistan and Mongolia were built with Tashkent Polytechnic Institute and Bell Investment LLC. [1] / And the other one? => Uzbekistan;node;!Mongolia
Which cities have hubs? / = The hubs are in Xi'an, Guangzhou and Yan'an. [1] / the second one? => Guangzhou;hub
Which countries have nodes? / = Uzbekistan and Mongolia. [1] / Just the first one => Uzbekistan
When did the SCO Innovation Center open? / where? => Where;SCO Innovation Center;open
Where was the SCO Innovation Center opened? / When? => When;SCO Innovation Center;opened
Did Kochinov praise the conference? / why? => Why;Kochinov;praise
What does the Xi'an hub do? / Who are its partners? => Xi'an hub's partners;!its
Where is the SCO Innovation Center? / And who runs it? => Who runs the SCO Innovation Center
What is the polar telemedicine project? / What is the goal of that project? => polar telemedicine;goal
Who founded the agricultural alliance? / its goal? => agricultural alliance's goal
Which institutions joined the agricultural alliance? / What do they do? => agricultural alliance;do
What is the compendium? / tell me more => Tell me more;compendium
Who carries out the laser project? / More details, please => laser project
Who is the ambassador of Kuwait? / = The ambassador is Jasem Al-Najem. [1] / Which vision did he mention? => Jasem Al-Najem;vision;!he
Who spoke for Kyrgyzstan? / = Deputy minister Lira Sulaimanova spoke. [1] / What did she say? => Lira Sulaimanova;say;!she
What does the Yan'an hub focus on? / no, I meant Xi'an => Xi'an hub;focus;!Yan'an
Who built the node in Uzbekistan? / Sorry, I meant Mongolia => node in Mongolia;!Uzbekistan
Is Iran in the alliance? / No, I was asking about India => India;alliance;!Iran
How many companies will the centre serve? / And projects? => How many projects;centre
How many countries are in the alliance? / And institutions? => How many institutions;alliance
When was SCOASTIA founded? / founding organisation? => SCOASTIA;founding organisation
What is the laser project about? / Who is the partner abroad? => laser project;partner abroad
西安枢纽聚焦什么产业？ / What about Guangzhou? => 广州枢纽;产业;!西安
Кто руководит инновационным центром ШОС? / Where is it? => Center;Where
联盟有多少成员？ / What is its goal? => Alliance;goal;!联盟
What does the Xi'an hub do? / And Guangzhou? / And Yan'an? => Yan'an hub;!Guangzhou;!Xi'an
What does the Xi'an hub do? / Who is the ambassador of Kuwait? => =
How many members has the alliance? / What is the trade volume of the SCO Innovation Center? => =
Who is Niu Haitao? / How many projects were signed? => =
Who carries out the laser project? / Where was the conference held? => =
What does the Xi'an hub do? / Another question: how many members has SCOASTIA? => how many members has SCOASTIA;!hub
How many countries are in the alliance? / = Nine countries. [1] / Who is Elon Musk? => =
Where is the liaison office of the alliance? / = At the Shandong Academy of Agricultural Sciences. [1] / What is plasma welding? => =
Who developed the hydrofoil? / = Shandong University of Science and Technology and Saint Petersburg State Marine Technical University. [1] / What else did the first one sign? => Shandong University of Science and Technology sign;!first one
Which universities work with Kazakhstan? / = Hong Kong Polytechnic University and Shanghai Jiao Tong University. [1] / What does the second one do there? => Shanghai Jiao Tong University;Kazakhstan
Which hubs were opened? / = Hubs in Xi'an, Guangzhou and Yan'an. [1] / Who is behind the last one? => Who is behind Yan'an;hub
What does the Guangzhou hub do? / = It serves new materials. [1] / no, I meant the Mongolian node => node;Mongolia;!hub;!Guangzhou
How many deals did the center make last year? / = More than 100. [1] / And this year? => this year;deals;!last year
Who is Niu Haitao? / = Vice president of Qingdao University. [1] / What about the ambassador of Kuwait? => Who is the ambassador of Kuwait
延安枢纽由谁共建？ / = 延安新区管委会。[1] / and in Guangzhou? => 广州枢纽由谁共建
Where was the conference held? / = In Qingdao. [1] / and in English? => Where was the conference held;!English
"""


def _rows() -> list[tuple[Language, str, str]]:
    tables: tuple[tuple[Language, str], ...] = (("zh", ZH), ("ru", RU), ("en", EN))
    return [(language, *_split(line)) for language, table in tables for line in table.strip().splitlines()]


def _split(line: str) -> tuple[str, str]:
    dialogue, expected = line.split(" => ", 1)
    return dialogue, expected


def _whole(dialogue: str, language: Language) -> tuple[str, str]:
    *turns, question = dialogue.split(" / ")
    history = [("assistant", turn[2:]) if turn.startswith("= ") else ("user", turn) for turn in turns]
    return question, stand_alone(question, language, history, NAMES)


def test_there_are_fifty_dialogues_in_each_language() -> None:
    assert [len(table.strip().splitlines()) for table in (ZH, RU, EN)] == [50, 50, 50]


@pytest.mark.parametrize(("language", "dialogue", "expected"), _rows())
def test_a_follow_up_says_what_it_is_about(language: Language, dialogue: str, expected: str) -> None:
    question, whole = _whole(dialogue, language)
    if expected == "=":
        assert whole == question
        return
    for part in expected.split(";"):
        if part.startswith("!"):
            assert part[1:].lower() not in whole.lower(), whole
        else:
            assert any(choice.lower() in whole.lower() for choice in part.split("|")), whole


def test_the_first_question_stays_as_it_is() -> None:
    assert stand_alone("А второй?", "ru", [], NAMES) == "А второй?"
    assert stand_alone("why?", "en", [("user", "Hello!"), ("assistant", "Hello!")], NAMES) == "why?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_suggestions_of_a_refusal_are_no_topic(language: Language) -> None:
    asked = {
        "zh": "西安枢纽的预算是多少？",
        "ru": "Какой бюджет у хаба в Сиане?",
        "en": "What is the budget of the Xi'an hub?",
    }
    offered = {
        "zh": "蒙古节点由谁共建？",
        "ru": "С кем создан узел в Монголии?",
        "en": "Who built the node in Mongolia?",
    }
    follow = {"zh": "那里做什么？", "ru": "А чем там занимаются?", "en": "What do they do there?"}
    mongolia = {"zh": "蒙古", "ru": "монголи", "en": "mongolia"}
    refusal = (
        f"{say('refusal', language)} {say('nearest', language, questions=quoted_list([offered[language]], language))}"
    )
    whole = stand_alone(follow[language], language, [("user", asked[language]), ("assistant", refusal)], NAMES)
    assert mongolia[language] not in whole.lower()
    assert {"zh": "西安", "ru": "сиан", "en": "xi'an"}[language] in whole.lower()


def test_the_topic_stands_before_the_question_mark() -> None:
    whole = stand_alone("外方是谁？", "zh", [("user", "绍兴大学参加了什么项目？")], NAMES)
    assert whole.endswith("？")
    assert whole.count("？") == 1


def test_small_talk_between_questions_is_no_topic() -> None:
    history = [("user", "Who runs the Xi'an hub?"), ("assistant", "X."), ("user", "thanks!"), ("assistant", "Welcome.")]
    assert stand_alone("And Guangzhou?", "en", history, NAMES) == "Who runs the Guangzhou hub?"


@pytest.mark.parametrize(
    ("question", "language", "wished"),
    [
        ("and in English?", "en", "en"),
        ("Say that in Russian, please", "en", "ru"),
        ("а по-китайски?", "ru", "zh"),
        ("Ответь на английском языке", "ru", "en"),
        ("用俄语再说一遍", "zh", "ru"),
        ("in Guangzhou?", "en", None),
        ("Is the compendium in English?", "en", None),
        ("Есть ли сборник на русском языке?", "ru", None),
        ("英语是会议语言吗？", "zh", None),
    ],
)
def test_a_wish_for_another_language_is_told_from_a_question(
    question: str, language: Language, wished: Language | None
) -> None:
    assert wished_language(question, language) == wished


def test_without_a_glossary_a_question_is_still_answered_with_a_question() -> None:
    assert stand_alone("why?", "en", [("user", "When did it open?")], NameTable((), countries=False))


@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=40)), max_size=4),
    st.text(min_size=1, max_size=40),
    st.sampled_from(LANGUAGES),
)
def test_any_history_gives_a_question(history: list[tuple[str, str]], question: str, language: Language) -> None:
    whole = stand_alone(question, language, history, NAMES)
    assert isinstance(whole, str)
    assert whole or not question.strip()


@given(st.sampled_from([row for row in _rows() if row[2] == "="]))
def test_a_whole_question_is_left_alone_after_any_dialogue(row: tuple[Language, str, str]) -> None:
    question, whole = _whole(row[1], row[0])
    assert stand_alone(whole, row[0], [("user", question)], NAMES) == question
