"""Family F1: speech."""

from __future__ import annotations

from naobench.tasks.templates.draw import Draw, Plan, Step, Template, cond, plan
from naobench.tasks.templates.steps import quoted, say, wait
from naobench.tasks.templates.texts import FOREIGN, LINES, WORDS

__all__ = ["TEMPLATES"]


def _say_text(d: Draw) -> Plan:
    return plan(d, say(d))


def _say_repeated(d: Draw) -> Plan:
    text, times = d.tr(d.pick(WORDS)), d.pick((2, 3, 4))
    clause = d.word(
        ("say {t} {n} times", "repeat {t} {n} times", "say the word {t} {n} times in a row"),
        ("说{n}次{t}", "把{t}说{n}遍", "重复{n}遍{t}"),
    )
    step = Step(
        clause.format(t=quoted(d, text), n=times),
        f'for i in range({times}):\n    tts.say("{text}")\n',
        (cond("said", text=text, times=times),),
        1.0 * times,
    )
    return plan(d, step)


def _count_up(d: Draw) -> Plan:
    last = d.pick((3, 4, 5, 6, 7))
    clause = d.word(
        (
            "count from 1 to {n}",
            "count aloud up to {n}, beginning with 1",
            "count out loud from 1 up to {n}",
        ),
        (
            "从1数到{n}",
            "从1开始数到{n}",
            "大声从1数到{n}",
        ),
    )
    step = Step(
        clause.format(n=last),
        f"for i in range(1, {last} + 1):\n    tts.say(str(i))\n",
        (cond("said_sequence", texts=[str(i) for i in range(1, last + 1)]),),
        0.8 * last,
    )
    return plan(d, step)


def _count_down(d: Draw) -> Plan:
    first = d.pick((3, 4, 5, 6, 7))
    clause = d.word(
        (
            "count down from {n} to 1",
            "count backwards from {n} to 1",
            "do a countdown from {n} to 1",
        ),
        (
            "从{n}倒数到1",
            "倒着从{n}数到1",
            "从{n}开始倒计时到1",
        ),
    )
    step = Step(
        clause.format(n=first),
        f"for i in range({first}, 0, -1):\n    tts.say(str(i))\n",
        (cond("said_sequence", texts=[str(i) for i in range(first, 0, -1)]),),
        0.8 * first,
    )
    return plan(d, step)


def _say_language(d: Draw) -> Plan:
    language, chinese, text = d.pick(FOREIGN)
    clause = d.word(
        ("say {t} in {l}", "speak {l} and say {t}", "switch to {l} and say {t}"),
        ("用{l}说{t}", "切换到{l}并说{t}", "请改用{l}，说{t}"),
    )
    step = Step(
        clause.format(t=quoted(d, text), l=d.tr((language, chinese))),
        f'tts.setLanguage("{language}")\ntts.say("{text}")\n',
        (cond("said", text=text, language=language),),
        1.5,
    )
    return plan(d, step)


def _say_volume(d: Draw) -> Plan:
    percent, text = d.pick((20, 30, 40, 50, 60, 70, 80)), d.tr(d.pick(LINES))
    clause = d.word(
        (
            "say {t} at {v} percent volume",
            "set the volume to {v} percent and say {t}",
            "speak at {v} percent of full volume and say {t}",
        ),
        (
            "用百分之{v}的音量说{t}",
            "把音量设为百分之{v}，然后说{t}",
            "音量调到百分之{v}，说{t}",
        ),
    )
    step = Step(
        clause.format(t=quoted(d, text), v=percent),
        f'tts.setVolume({percent} / 100)\ntts.say("{text}")\n',
        (
            cond("said", text=text),
            cond("spoken_with", text=text, setting="volume", value=percent / 100),
        ),
        1.5,
    )
    return plan(d, step)


def _say_speed(d: Draw) -> Plan:
    percent, text = d.pick((60, 70, 80, 120, 150)), d.tr(d.pick(LINES))
    clause = d.word(
        (
            "say {t} at {v} percent speed",
            "set your speaking speed to {v} percent and say {t}",
            "speak at {v} percent of your usual speed and say {t}",
        ),
        (
            "用百分之{v}的语速说{t}",
            "把语速设为百分之{v}，然后说{t}",
            "语速调到百分之{v}，说{t}",
        ),
    )
    step = Step(
        clause.format(t=quoted(d, text), v=percent),
        f'tts.setParameter("speed", {percent})\ntts.say("{text}")\n',
        (
            cond("said", text=text),
            cond("spoken_with", text=text, setting="speed", value=percent),
        ),
        2.5,
    )
    return plan(d, step)


def _say_pause_say(d: Draw) -> Plan:
    first, second = (d.tr(pair) for pair in d.two(LINES))
    seconds = d.pick((2, 3, 4))
    return plan(
        d,
        say(d, first),
        wait(d, seconds),
        say(d, second),
        goal=(cond("said_apart", first=first, second=second, seconds=seconds),),
    )


TEMPLATES = (
    Template("say_text-v1", "F1", 1, "train", _say_text, 24),
    Template("say_repeated-v1", "F1", 2, "train", _say_repeated),
    Template("count_up-v1", "F1", 2, "train", _count_up),
    Template("count_down-v1", "F1", 2, "test", _count_down, 1),
    Template("say_language-v1", "F1", 2, "train", _say_language),
    Template("say_volume-v1", "F1", 2, "train", _say_volume),
    Template("say_speed-v1", "F1", 2, "train", _say_speed),
    Template("say_pause_say-v1", "F1", 2, "train", _say_pause_say),
)
