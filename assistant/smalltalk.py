"""What a message is that asks nothing of the articles: a greeting, thanks, a goodbye, "what can you do", or a plainly other wish.

Decided by its words alone. A courtesy that a question follows is no small talk: "Hello, how many projects were signed?" is a question.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import regex

from assistant.language import fold
from assistant.records import LANGUAGES, Language

ReplyKind = Literal["greeting", "thanks", "goodbye", "capabilities", "off_topic"]
_Courtesy = Literal["greeting", "thanks", "goodbye"]

# Whole courtesies. What is left of a message once they are cut out decides whether it is nothing else.
_COURTESIES: Mapping[_Courtesy, Mapping[Language, str]] = {
    "greeting": {
        "zh": r"[你您妳]好|大家好|各位好|嗨+|哈[喽啰罗]+|哈罗|喂+|早上好|上午好|中午好|下午好|晚上好|早安|晚安好|早啊?|在吗|在不在|在么"
        r"|有人吗|最近(?:怎么样|好吗|如何)|你还好吗|很高兴(?:认识|见到)[你您]|幸会|久仰|打扰(?:一下|了)|吃了吗",
        "ru": r"здра[вс]*т?в?у[йи]?(?:сте|те)?|здрасть?е|здаров\w*|здоров[оа]|прив(?:ет\w*)?|приветик|хай|хелл?оу?|салют|приветству\w+"
        r"|добр(?:ый|ого|ое|ая|ой)\s+(?:день|дня|утро|утра|вечер|вечера|ночь|времени\s+суток)|доброго времени|как (?:у (?:вас|тебя) )?(?:дела|поживае\w+|жизнь|настроение|ты|вы)"
        r"|рад\w? (?:вас |тебя )?(?:видеть|познакомиться|знакомству)|(?:ты|вы) (?:тут|здесь|на связи)|есть кто(?:-нибудь|-то)?(?: (?:тут|здесь|живой))?|ау|алло",
        "en": r"hello+|helo|hallo|hullo|hell?o|hi+|hey+(?: there)?|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|gm|morning|evening"
        r"|how(?:['’]?s| is) (?:it going|everything|life)|how are (?:you|u|things)(?: (?:doing|today))*|how do you do|what['’]?s up|sup|wass?up"
        r"|nice to meet (?:you|u)|pleased to meet you|(?:are )?(?:you|u|anyone|anybody) (?:there|here)|(?:is )?any(?:one|body) (?:there|here|home)|there",
    },
    "thanks": {
        "zh": r"(?:非常|十分|多|太|真|真的|很|特别|万分|真是)*(?:感谢|谢谢|谢了|谢啦|多谢|致谢|感激)(?:不尽|之至|万分)?(?:你们|您们|你|您|了|啦|啊|大家)*(?:的?(?:帮助|帮忙|解答|回答|介绍|说明|耐心|支持|讲解))*"
        r"|(?:可)?帮(?:了|上)?(?:我)?(?:大|很大的?)?忙了?|辛苦(?:你|您)?了?|太好了|太棒了|真棒|很有(?:用|帮助)|回答得?(?:很|真|非常)(?:好|清楚|详细)|受教了?|3q|thx",
        "ru": r"(?:больш\w+|огромн\w+|)\s*с?пас+иб\w*|спс|пасиб\w*|благодар\w+|сенк(?:с|ью)|мерси|признател\w+|(?:вы |ты )?(?:меня )?(?:очень |сильно |здорово )*(?:мне )?(?:выручил\w*|помогл?\w*|спасл\w*)"
        r"|(?:это )?(?:было )?(?:очень )*(?:полезно|помогло|понятно|здорово|круто|отлично|супер|замечательно|прекрасно|хорошо)|молод(?:ец|цы)|за (?:помощь|ответы?|разъяснени\w|информаци\w|подробн\w+ ответ)",
        "en": r"(?:many |big |)th?an?ks*(?: (?:you|u|ya))?|thank+(?: (?:you|u|ya))?|thankyou|thanx|thx|thnx|thnks|tnx|thks|ty(?:vm)?|tysm|cheers|much (?:appreciated|obliged)|(?:i )?(?:really )?appreciate (?:it|that|your help|the help)|(?:i(?:['’]m| am) )?(?:so |very )?grateful"
        r"|(?:that|this|it|you)(?:['’]s|['’]ve| is| was| were| are| have)? ?(?:been )?(?:really |very |so |most |extremely |super )*(?:useful|helpful|great|perfect|kind|brilliant|awesome|clear)|great (?:job|answer|help)|well done|good job|for (?:your|the|all your|all the) (?:help|answers?|information|info|time)",
    },
    "goodbye": {
        "zh": r"再见|拜+|拜拜|88+|回见|回头见|回头聊|下次(?:再)?(?:见|聊)|改天(?:再)?聊|先这样|就这样吧?|就到这里?吧?|我?(?:先)?走了|先撤了|告辞|后会有期|晚安|明天见|待会见|保重|祝(?:您|你)(?:一切顺利|生活愉快|愉快|好运|工作顺利)",
        "ru": r"до\s?св[ие]дан[иь][яе]|досвидос|до (?:встречи|скорого|скорой встречи|завтра)|пока(?:-пока)?|прощай\w*|всего (?:доброго|хорошего|наилучшего)|всех благ|увидимся|бывай\w*|счастливо|удачи|(?:хорошего|доброго|удачного|приятного) (?:дня|вечера|вам дня|вам вечера)|спокойной ночи|на (?:этом|сегодня) (?:всё|все)|чао|гудбай|покеда",
        "en": r"good ?-?bye+|bye+(?:[- ]bye)?|farewell|see (?:you|ya|u)(?: (?:later|soon|tomorrow|around|then))?|later|take care|good night|cya|ttyl|so long|cheerio|have a (?:nice|good|great|lovely) (?:day|one|evening|night|weekend|time)|talk (?:to you )?(?:soon|later)|until next time|that['’]?s all(?: for (?:now|today))?|for now|i(?:['’]m| am) (?:off|done)|gotta go",
    },
}

# Words that may stand beside a courtesy without asking anything.
_FILLER: Mapping[Language, str] = {
    "zh": r"[啊呀呢吧哦噢哈嘿呵嗯哎唉了的啦呗嘛哟喔诶]+|朋友|老师|先生|女士|小姐|小助手|助手|机器人|同志|亲|ai|我|你们?|您|大家|各位|好的?|行|可以|明白了?|知道了?|懂了|清楚了|那|先|真的?|很|非常|不客气|没问题|没有?(?:其他|别的)?问题了|没事了",
    "ru": r"вам|вас|тебе|вы|ты|меня|я|мне|очень|большое|огромное|друг|друзья|бот|робот|ассистент|помощник|коллеги|товарищ|все[мх]?|всё|ок|окей|ладно|хорошо|понятно|ясно|понял\w?|да|нет|ну|и|а|же|ещё|еще|раз|за|это|уважаем\w+|дорог\w+|искренне|от души|пожалуйста|так|просто",
    "en": r"you|u|there|very|so|a lot|lot|much|again|all|everyone|everybody|team|friend|sir|madam|ma['’]am|assistant|bot|robot|chatbot|dear|mate|man|buddy|ok(?:ay)?|great|good|nice|perfect|got it|i see|understood|right|well|oh|and|for|that|this|the|it|was|is|really|indeed|just|now|then|please|today|to|my|your|everything",
}

_CAPABILITIES: Mapping[Language, str] = {
    "zh": r"[你您](?:们)?(?:都|还|究竟|到底|具体)*(?:能|可以|会|能够)(?:帮助?|为|给|替)?(?:我|我们)?(?:都|做|干|帮|回答|解答|提供|问)*(?:些|点)?(?:什么|啥|哪些)(?:(?:忙|事情?|用|问题|功能|服务|事儿?|内容)?(?:啊|呀|呢|吗)?)$"
    r"|^(?:请问)?(?:你|您)(?:到底|究竟)?(?:是谁|是什么|是啥|叫什么|叫啥|是(?:人|真人|机器人|ai|chatgpt|gpt|人工智能)(?:吗|么|还是.*)?|是干(?:什么|嘛)的|是做什么的|有(?:什么|哪些)(?:功能|用|本事|能力))"
    r"|(?:怎么|怎样|如何)(?:使用|用|操作|和)?(?:你|您|这个(?:助手|系统|工具|机器人|页面|网站|程序))(?:聊|对话|提问)?|^(?:使用)?(?:帮助|说明|指南|使用说明|使用方法|help|功能介绍|功能)$|(?:自我介绍|介绍一?下?(?:你|您)自己)"
    r"|(?:我)?(?:可以|能|该)(?:向?你|您)?(?:问|怎么问)(?:你|您)?(?:些|点)?(?:什么|啥|哪些(?:问题)?|提问)(?:问题|呢|啊)?$|谁(?:开发|制作|做|创造)(?:了|的)?(?:你|您)",
    "ru": r"(?:что|чего|чем) (?:(?:ты|вы|же|ещё|еще|вообще|тут|мне|нам|можешь|можете|умеешь|умеете)\W+)*(?:умее\w+|можешь|можете|помочь|делае(?:шь|те)|поможешь|поможете)(?: (?:ты|вы|мне|нам|делать|помочь|сделать|рассказать|предложить|полезн\w+|быть|вообще|ещё|еще))*$"
    r"|^(?:а |и |ну )?(?:кто|что) (?:же )?(?:ты|вы)(?: (?:так\w+|вообще|есть|по жизни|за \w+|бот|робот|такое))*$|^(?:а )?(?:ты|вы) (?:кто|что)(?: так\w+)?$|как (?:тебя|вас|твоё|ваше|твое) (?:зовут|имя|звать)|как (?:тобой|вами|этим|ботом|системой|сервисом) (?:пользоваться|управлять|работать)|как (?:с (?:тобой|вами) (?:работать|общаться)|это работает|ты работаешь|вы работаете)$"
    r"|^(?:помощь|справка|помоги(?:те)?|хелп|help|инструкция|нужна помощь|возможности)(?: пожалуйста| мне)*$|(?:какие|какой) (?:у (?:тебя|вас) )?(?:возможности|функции|функционал)(?: у (?:тебя|вас))?$|^(?:а )?(?:ты|вы) (?:бот|робот|человек|ии|нейросеть|chatgpt|живой|искусственный интеллект)(?: или .*)?$|(?:расскажи|представь)\w* (?:мне )?(?:о )?себ\w+|представь\w+$"
    r"|(?:что|о ч[её]м) (?:я )?(?:можно|могу) (?:у (?:тебя|вас) )?(?:спросить|спрашивать|узнать)(?: у (?:тебя|вас))?$|кто тебя (?:создал|сделал|разработал)|кто вас (?:создал|сделал|разработал)|(?:с )?ч[её]м (?:ты|вы) (?:мне )?(?:можешь|можете) (?:мне )?помочь$",
    "en": r"what (?:else )?(?:can|do|could|are) (?:you|u)(?: (?:actually|really|even|able to|capable of))*(?: (?:do|doing|help(?: me)?(?: with)?|know|answer|offer|tell me|for(?: me)?|here))*$|what(?:['’]s| is) your (?:name|purpose|job|function)|what are your (?:capabilities|features|functions|skills)"
    r"|^(?:so |and )?(?:who|what)(?:['’]?re| are| r) (?:you|u)(?: (?:exactly|anyway|really|then|again))*$|^(?:are|r) (?:you|u) (?:a |an )?(?:bot|robot|human|ai|real|chatgpt|gpt|machine|person|chatbot|real person)(?: or .*)?$|how (?:do(?:es)?|can|should) (?:i|you|this|it|we|one) (?:use|work|ask|talk to|operate)(?: (?:you|this|it|the (?:assistant|bot|app|page|tool)))?(?: work)?$"
    r"|^(?:help|help me|i need help|need help|help please|please help|please help me|usage|instructions|manual|can you help(?: me)?|could you help(?: me)?)$|what (?:can|could|should|may) i ask(?: (?:you|about|here))*$|(?:introduce|tell me about|describe|tell me (?:something|more) about) yourself|who (?:made|created|built|developed|trained) (?:you|u)|how can (?:you|u) help(?: me)?$|what is this (?:bot|app|assistant|tool|page|site|chat)(?: for)?$",
}

# A wish for something that no article could answer: the verb of the wish and its thing, the weather, sums, the machine's orders.
_OFF_TOPIC: Mapping[Language, str] = {
    "zh": r"(?:讲|说|来|给我?|整|编|想听|听)(?:一?个|一?段|一?则|点|些|几个|我|个)*(?:冷|搞笑|好笑的?|有趣的?)?(?:笑话|段子|脑筋急转弯|绕口令|童话|鬼故事|睡前故事|故事)|笑话|(?:写|作|创作|编|来|赋|吟|做)(?:我)?(?:一?[首篇封段个]|点|几句|些)*[^，。？]{0,8}(?:诗|诗歌|打油诗|情书|小说|歌词|作文|散文|对联|剧本|求职信|简历|情诗|祝福语|贺词|儿歌)"
    r"|(?:写|编|给|来|帮我)[^，。？]{0,12}(?:代码|程序|脚本|函数|sql|爬虫|网页)|(?:python|java|javascript|c\+\+|sql|html|css|正则|快速排序|冒泡排序|二叉树|算法)[^，。？]{0,12}(?:代码|实现|示例|怎么写|程序|表达式)|(?:代码|实现|示例)[^，。？]{0,6}(?:python|java|javascript|c\+\+)"
    r"|(?:翻|番)(?:译|议|意|绎)(?:[成为](?!.{0,6}的)|一下|下|这|以下|下面|：|:|到)|(?:把|将|帮我|请)[^，。？]{0,16}[译翻](?:成|为)|(?:天气|气温|下雨|下雪|天气预报|几度|空气质量)(?!.{0,6}(?:合作|项目))|(?:放|播放|唱|点播|来)(?:一?首|点|段|个|我)*[^，。？]{0,6}(?:歌|音乐|曲子|歌曲)|唱歌|现在几点|今天(?:星期几|几号|周几)|几点了"
    r"|忽略(?:你|之前|以上|上面|所有|前面|先前|一切|全部)|无视[^，。？]{0,8}(?:指令|规则|提示)|(?:系统|你的|初始)(?:提示词?|指令|prompt)|(?:显示|输出|告诉我|给我看|泄露|复述|打印)[^，。？]{0,8}(?:提示词|prompt|系统指令|system)|(?:假装|扮演|假设)你?(?:是|成为)?[^，。？]{0,12}(?:dan|没有限制|角色|女友|男友|猫|海盗|越狱)|角色扮演|越狱模式"
    r"|(?:推荐|附近)[^，。？]{0,8}(?:餐厅|饭店|电影|美食|火锅|酒店|餐馆|音乐|小说|电视剧|好吃的)|(?:菜谱|食谱|怎么做(?:菜|饭|蛋糕|[^，。？]{0,4}(?:肉|鱼|鸡|汤)))|(?:股票|彩票|股价|比特币|汇率|算命|星座|运势)|(?:订|买|预订)[^，。？]{0,8}(?:机票|车票|酒店|外卖|出租|门票|披萨)|叫(?:一?辆)?(?:出租车|车|外卖)|(?:设|定)(?:一?个)?(?:闹钟|提醒|定时)|(?:玩|来)(?:一?[个局盘])?(?:游戏|猜谜|猜谜语|成语接龙)|(?:我爱你|你爱我吗|嫁给我|单身吗)|画(?:一?[张幅只个])|人生的?意义|足球|篮球|世界杯",
    "ru": r"\b(?:анекдот\w*|шутк\w+|шутк|пошути\w*|рассмеши\w*|частушк\w+|сказк\w+|загадк\w+|тост)\b|(?:напиши|сочини|придумай|написать|сочинить|придумать|составь|накатай)\w*\b.{0,40}\b(?:стих\w*|четверостиши\w*|поэм\w*|песн\w*|рассказ\w*|сочинени\w*|эссе|код\w*|программ\w+|скрипт\w*|функци\w+|резюме|поздравлени\w*|письмо|роман\w*|сказк\w*|реферат\w*|хокку|стишок|признани\w*)\b"
    r"|\b(?:код|скрипт|программ\w|функци\w|регулярк\w|регулярное выражение|сортировк\w)\b.{0,30}\b(?:python|питон\w*|java\w*|c\+\+|c#|sql|html|php|код)|(?:python|питон\w*|javascript|java|c\+\+|sql|html|php)\b.{0,25}\b(?:код|скрипт|программ\w|пример|функци\w)"
    r"|\bперев[ео]д(?:и|ите|ти|ем)\b(?!.{0,20}(?:стать|заголов)).{0,40}(?:\bна\b|фраз\w+|предложени\w+|текст\w*|слов\w+|:)|\b(?:погод\w*|прогноз погоды|дождь|снег|температур\w+ (?:на улице|воздуха|сегодня|завтра))\b|\b(?:включи|поставь|сыграй|спой|проиграй)\w*\b.{0,25}\b(?:музык\w*|песн\w*|трек\w*|мелоди\w*|радио|что-нибудь|джаз|рок)\b|\bспой\w*\b|который час|сколько (?:сейчас )?времени\b|какой сегодня день"
    r"|(?:игнорируй|забудь|проигнорируй|отбрось|не обращай внимания)\w*\b.{0,30}\b(?:инструкци\w+|правил\w*|указани\w+|промпт\w*|предыдущ\w+|всё|все)|(?:покажи|выведи|раскрой|повтори|назови|скажи|какой|выдай)\w*\b.{0,25}\b(?:промпт\w*|prompt|системн\w+ (?:инструкци\w+|сообщени\w+|подсказк\w+))|(?:притворись|представь, что ты|веди себя как|сыграй роль)|ролев\w+ игр"
    r"|\b(?:рецепт\w*|гороскоп\w*|курс (?:доллара|евро|рубля|биткоина|юаня)|биткоин\w*|акци[ий] (?:газпром|сбер)\w*|лотере\w+)\b|\b(?:закажи|забронируй|купи|вызови)\w*\b.{0,30}\b(?:такси|пицц\w*|билет\w*|отел\w*|столик\w*|номер\w*|еду|кофе)\b|(?:посоветуй|порекомендуй|где|подскажи)\w*\b.{0,20}\b(?:фильм\w*|сериал\w*|ресторан\w*|кафе|поесть|пообедать|поужинать|книг\w+)\b|\b(?:поставь|заведи|напомни)\w*\b.{0,15}\b(?:будильник|таймер|напоминание|завтра)\b|(?:сыграем|поиграем|давай играть)|нарисуй\w*|смысл жизни|я тебя люблю|ты меня любишь|выходи за меня|футбол\w*|хокке\w+",
    "en": r"\b(?:jokes?|knock[- ]knock|riddle|limerick|tongue[- ]?twister|bedtime story|fairy tale)\b|make me laugh|\b(?:write|compose|make up|create|draft|pen|generate|wriet|wrtie)\b.{0,40}\b(?:poems?|poetry|haiku|sonnet|verse|song|lyrics|story|essay|novel|code|program|script|function|cover letter|resume|cv|love letter|e-?mail|rap|birthday card|app|website|speech)\b"
    r"|\b(?:python|javascript|java|c\+\+|c#|sql|html|css|php|rust|regex|bash)\b.{0,40}\b(?:code|snippet|script|function|program|example|implementation|regex|tutorial)\b|\b(?:code|snippet|script|function|program)\b.{0,30}\b(?:python|javascript|java|c\+\+|sql|html|php|regex)|\b(?:bubble|quick|merge) ?sort\b|binary tree|fizz ?buzz"
    r"|\btran?s?[al]+[al]*te?\b(?!.{0,12}\bresearch).{0,40}(?:\b(?:in|to)t?o?\b|\bthis\b|:|sentence|phrase|text|word)|\b(?:weather|forecast for (?:today|tomorrow)|rain(?:ing)? (?:today|tomorrow|now)|how (?:hot|cold|warm) is it)\b|\b(?:play|sing|put on)\b.{0,20}\b(?:music|song|tune|jazz|playlist|radio|something)\b|sing (?:me|for)|what(?:['’]s| is) the time(?! ?(?:frame|line|limit|span|scale|table|of|for|when))|what time is it(?: now)?$|what day is (?:it|today)"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|prompts?|rules?|guidelines|previous|above|everything|restrictions)\b|\b(?:show|reveal|print|repeat|display|output|tell|give|what(?:['’]s| is| are))\b.{0,25}\b(?:system prompt|your prompt|your (?:system )?(?:instructions|rules)|the prompt|initial prompt|hidden prompt|system message)\b|\b(?:pretend|role ?-?play|act as|jailbreak|you are now|dan mode|developer mode)\b"
    r"|\b(?:recipe|horoscope|bitcoin|lottery|stock (?:price|tip)s?|exchange rate|zodiac)\b|\b(?:book|order|buy|call|reserve|get)\b (?:me |us )?(?:a |an |the |some )?.{0,15}\b(?:taxi|cab|pizza|flight|ticket|hotel|table|uber|coffee|room)\b|\b(?:recommend|suggest|know)\b.{0,20}\b(?:movie|film|restaurant|book|tv show|series|bar|cafe)\b|\b(?:set|start)\b.{0,10}\b(?:alarm|timer|reminder)\b|remind me|(?:let['’]?s|wanna|want to|shall we) play|draw (?:me )?an? |meaning of life|i love you|do you love|marry me|\b(?:football|soccer|world cup|nba)\b",
}
_SUM = regex.compile(
    r"^(?:(?:сколько (?:будет|это)|чему равно|посчитай\w*|вычисли\w*|реши\w*|what(?:['’]s| is)|how much is|calculate|compute|solve|计算(?:一下)?|算(?:一?下)?|请问|等于多少|what does|equals?|the|корень (?:из)?|square root of|квадратный)\s*)*"
    r"(?:[\d.,]+|два|три|две|пять|семь|two|three|five|seven|[一二三四五六七八九十两]+)\s*"
    r"(?:(?:[-+*/×÷^%x=]|плюс|минус|умножить на|умножь на|разделить на|на|plus|minus|times|divided by|multiplied by|加上?|减去?|乘以?|除以?)\s*"
    r"(?:[\d.,]+|два|три|две|пять|семь|two|three|five|seven|[一二三四五六七八九十两]+)\s*)+"
    r"(?:=|等于(?:多少|几)?|是多少|得多少|得几|равно|будет|equals?|сколько(?: будет)?|make|is)?\s*[?？!.。]*$"
)

# Signs that a message is about the articles after all; then a wish such as "translate" is none of ours to turn away.
_ABOUT_US = regex.compile(
    r"上合|科创|大会|开幕|闭幕|会议|联盟|枢纽|节点|汇编|项目|签约|合作|中心|шос\b|конференц|альянс|хаб\w*\b|узе?л\w*\b|сборник|стать[еяюи]|проект|подписа|форум|центр|открыти"
    r"|\bsco\b|conference|alliance|\bhubs?\b|\bnodes?\b|compendium|articles?\b|project|signed|forum|opening|cent(?:er|re)\b|scoastia",
)
# Wishes so plain that what they are about does not matter: a poem about the conference is still a poem.
_PLAIN_WISH = regex.compile(
    r"笑话|段子|(?:写|作|创作)[^，。？]{0,12}(?:诗|歌词|小说|代码)|忽略|无视|提示词|анекдот|шутк|(?:напиши|сочини|придумай|написать|сочинить)\w*\b.{0,40}\b(?:стих|четверостиш|песн|код\b|поэм|сказк)"
    r"|игнорируй|забудь|промпт|\bjokes?\b|\b(?:write|compose)\b.{0,40}\b(?:poem|song|haiku|code|story|limerick)|\b(?:ignore|disregard|forget)\b.{0,30}\b(?:instructions?|prompts?|rules?|previous)|system prompt|your prompt"
)
_EDGE = regex.compile(r"[^\p{L}\p{N}+#]+")
_BOUND_LEFT, _BOUND_RIGHT = r"(?<![\p{Latin}\p{Cyrillic}])", r"(?![\p{Latin}\p{Cyrillic}])"


def _compile(pattern: str, language: Language) -> regex.Pattern[str]:
    return regex.compile(pattern if language == "zh" else rf"{_BOUND_LEFT}(?:{pattern}){_BOUND_RIGHT}")


_COURTESY = {
    kind: {language: _compile(table[language], language) for language in LANGUAGES}
    for kind, table in _COURTESIES.items()
}
_FILLERS = {language: _compile(_FILLER[language], language) for language in LANGUAGES}
_CAN = {language: regex.compile(_CAPABILITIES[language]) for language in LANGUAGES}
_OTHER = {language: regex.compile(_OFF_TOPIC[language]) for language in LANGUAGES}


def reply_kind(question: str, language: Language) -> ReplyKind | None:
    """The kind of reply that `question` gets if it asks nothing of the articles; None for a question (or for no words at all)."""
    folded = fold(question)
    bare = _EDGE.sub(" ", folded).strip()
    if not bare:
        return None
    spoken: tuple[Language, ...] = (language, *(other for other in LANGUAGES if other != language))
    rest, found = folded, set[_Courtesy]()
    for kind in ("goodbye", "thanks", "greeting"):
        for each in spoken:
            rest, count = _COURTESY[kind][each].subn(" | ", rest)
            if count:
                found.add(kind)
    asked = _EDGE.sub(" ", rest).strip()
    for each in spoken:
        asked = _EDGE.sub(" ", _FILLERS[each].sub(" ", asked)).strip()
    if found and not asked:
        # "Hi, thanks, bye": what ends the talk is what is answered.
        return "goodbye" if "goodbye" in found else "thanks" if "thanks" in found else "greeting"
    if _SUM.search(folded):
        return "off_topic"
    request = _EDGE.sub(" ", rest).strip()
    texts = (bare, request)
    if any(_CAN[each].search(text) for each in spoken for text in texts if text) and not _ABOUT_US.search(folded):
        return "capabilities"
    if _PLAIN_WISH.search(folded) or (
        any(_OTHER[each].search(folded) for each in spoken) and not _ABOUT_US.search(folded)
    ):
        return "off_topic"
    return None
