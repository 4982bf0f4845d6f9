"""Every episode, folded: what was asked, the program, what it did, and the verdict."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence

from naobench.report.job import Case
from naobench.report.markup import Html, both, el, join
from naobench.report.pictures import Pictures
from naobench.report.tables import VERDICTS, title, verdict
from naobench.report.words import ENDS, EVENTS, EXPECTED, FAMILIES, OUTCOMES, note_words
from naobench.schema import CallRecord, ConditionResult, Episode, Json, SafetyEvent

__all__ = ["film", "section"]

SHOWN_CALLS = 40
"""Lines of a call trace on the page; equal calls in a row are one line. Our own choice."""

LONGEST = 160
"""Characters of a call, an answer or an error in a list."""

LONGEST_PROGRAM = 20_000
"""Characters of a program that the page shows."""


def section(number: int, case: Case, pictures: Pictures) -> Html:
    """Return all episodes of a test case."""
    ids = [f"e{number}-{place}" for place in range(len(case.episodes))]
    return el(
        "section",
        el("h3", title(case)),
        el("nav", (_square(*pair) for pair in zip(ids, case.episodes, strict=True)), class_="map"),
        el(
            "details",
            el("summary", both((f"{len(ids)} episodes", f"{len(ids)} 个回合"))),
            (
                _episode(name, number, episode, case, pictures)
                for name, episode in zip(ids, case.episodes, strict=True)
            ),
            class_="list",
        ),
        data_case=number,
    )


def _square(name: str, episode: Episode) -> Html:
    """Return one square of the map: the verdict at a glance and a way to its episode."""
    words = VERDICTS[verdict(episode)][1]
    return el(
        "a",
        href=f"#{name}",
        class_=verdict(episode),
        title=f"{episode.task_id}, seed {episode.seed}: {' / '.join(words)}",
        aria_label=f"{episode.task_id}: {words[0]}",
    )


def _episode(name: str, number: int, episode: Episode, case: Case, pictures: Pictures) -> Html:
    kind = verdict(episode)
    return el(
        "details",
        _summary(episode, kind),
        el(
            "div",
            el("p", _sentence(episode), id=name, class_=f"sentence {kind}"),
            film(episode, case, pictures),
            el("div", _program(episode), _judgement(episode), class_="columns"),
            _calls(episode),
            class_="body",
        ),
        class_="episode",
        data_case=number,
        data_family=episode.family,
        data_verdict=kind,
    )


def _summary(episode: Episode, kind: str) -> Html:
    sign, words = VERDICTS[kind]
    asked = episode.instruction or episode.task_id
    return el(
        "summary",
        el("span", sign, class_=f"sign {kind}", title=" / ".join(words)),
        el("span", asked, class_="asked", lang=episode.language),
        el("span", both(OUTCOMES[episode.outcome]), class_="chip"),
        el("span", episode.family, f" · L{episode.level} · ", both(_seed(episode)), class_="facts"),
    )


def _sentence(episode: Episode) -> Html:
    """Return the verdict in words."""
    english, chinese = VERDICTS[verdict(episode)][1]
    expected, happened = EXPECTED[episode.expected], OUTCOMES[episode.outcome]
    parts: list[object] = [
        el("b", both((english, chinese))),
        " · ",
        both((f"The task was {expected[0]}.", f"任务{expected[1]}。")),
        " ",
        both((f"Outcome: {happened[0]}.", f"结果：{happened[1]}。")),
        " ",
        both(FAMILIES.get(episode.family, (episode.family, episode.family))),
        " · ",
        el("code", episode.task_id),
        " · ",
        both(_seed(episode)),
        " · ",
        both(
            (f"{episode.simulated_s:.1f} s simulated", f"仿真 {episode.simulated_s:.1f} 秒"),
        ),
    ]
    if episode.note:
        parts.append(el("span", both(note_words(episode.note)), class_="note"))
    return join(parts)


def _seed(episode: Episode) -> tuple[str, str]:
    return f"seed {episode.seed}", f"种子 {episode.seed}"


def film(episode: Episode, case: Case, pictures: Pictures) -> Html | None:
    """Return the pictures of an episode; None if there are none."""
    if episode.picture is None:
        return None
    name = pictures.css_class(case.folder / episode.picture)
    if name is None:
        return None
    label = f"{episode.task_id}: start, on the way, end / 开始、途中、结束"
    return el("div", class_=f"film {name}", role="img", aria_label=label)


def _program(episode: Episode) -> Html:
    text = episode.program[:LONGEST_PROGRAM]
    lines = text.splitlines() or [""]
    failed = episode.guest.line if episode.guest is not None else None
    items = [
        el("li", el("code", line or " "), class_="bad" if place == failed else None)
        for place, line in enumerate(lines, 1)
    ]
    cut = len(episode.program) > LONGEST_PROGRAM
    return el(
        "div",
        el("h4", both(("Program", "程序"))),
        el("ol", items, class_="code"),
        cut and el("p", both(("The rest is not shown.", "其余部分未显示。")), class_="quiet"),
    )


# --- judgement ------------------------------------------------------------------------------------


def _judgement(episode: Episode) -> Html:
    return el(
        "div",
        _list(("Goal conditions", "目标条件"), map(_condition, episode.conditions)),
        _list(("Must not happen", "禁止发生"), map(_violation, episode.violations)),
        _list(("Said aloud", "说出的话"), (_said(u.text, u.start) for u in episode.spoken)),
        _list(
            ("Signals", "信号"),
            (_line(s.time, el("code", s.name), " ", _cut(s.value)) for s in episode.signals),
        ),
        _list(("Safety events", "安全事件"), map(_event, episode.safety)),
        _end(episode),
    )


def _list(words: tuple[str, str], items: Iterator[Html]) -> Html | None:
    found = list(items)
    return join([el("h4", both(words)), el("ul", found)]) if found else None


def _line(time: float | None, *children: object, class_: str | None = None) -> Html:
    shown = "" if time is None else f"{time:.2f} s"
    return el("li", el("span", shown, class_="time"), el("span", children), class_=class_)


def _condition(result: ConditionResult) -> Html:
    return _line(
        result.first_s,
        el("span", "✓" if result.met else "✗", class_="won" if result.met else "lost"),
        " ",
        _predicate(result),
    )


def _violation(result: ConditionResult) -> Html:
    return _line(
        result.first_s,
        el("span", "✗" if result.met else "✓", class_="lost" if result.met else "won"),
        " ",
        _predicate(result),
    )


def _predicate(result: ConditionResult) -> Html:
    arguments = ", ".join(f"{name}={_brief(value)}" for name, value in result.args.items())
    return el("code", f"{result.p}({arguments})")


def _said(text: str, start: float) -> Html:
    return _line(start, el("q", _clip(text)))


def _event(event: SafetyEvent) -> Html:
    where = ", ".join(event.bodies)
    line = both((f"line {event.line}", f"第 {event.line} 行")) if event.line else None
    return _line(
        event.time,
        el("b", both(EVENTS[event.kind])),
        where and f" {where}",
        f" {event.magnitude:.3g} ",
        line and el("span", line, class_="quiet"),
    )


def _end(episode: Episode) -> Html | None:
    """Return how the program ended, with its error and its output."""
    guest = episode.guest
    if guest is None:
        return None
    line = both((f" (line {guest.line})", f"（第 {guest.line} 行）")) if guest.line else None
    return join(
        [
            el("h4", both(("How the program ended", "程序如何结束"))),
            el("p", both(ENDS[guest.status]), line),
            guest.error and el("pre", guest.error[:2000], class_="error"),
            guest.stdout and el("pre", guest.stdout[:2000], class_="output"),
        ]
    )


# --- calls ----------------------------------------------------------------------------------------


def _calls(episode: Episode) -> Html | None:
    if not episode.calls:
        return None
    groups = [list(group) for _, group in itertools.groupby(episode.calls, key=_same)]
    made = max(episode.calls_made, len(episode.calls))
    hidden = len(groups) - SHOWN_CALLS
    more = both((f"… and {hidden} more lines", f"……另有 {hidden} 行"))
    return join(
        [
            el("h4", both((f"Calls ({made})", f"调用（{made} 次）"))),
            el("ul", map(_call, groups[:SHOWN_CALLS]), class_="calls"),
            hidden > 0 and el("p", more, class_="quiet"),
        ]
    )


def _same(call: CallRecord) -> tuple[object, ...]:
    """Return what makes calls in a row one line: everything but their times."""
    return (call.service, call.method, call.args, call.error, call.forbidden, _brief(call.result))


def _call(group: Sequence[CallRecord]) -> Html:
    call = group[0]
    arguments = ", ".join(map(_brief, call.args))
    answer: object = None
    if call.error is not None:
        answer = el("span", " ✗ ", _clip(call.error), class_="lost")
    elif call.end is None:
        answer = el("span", " … ", both(("still running", "仍在运行")), class_="quiet")
    elif call.result is not None:
        answer = el("span", " → ", _brief(call.result), class_="quiet")
    return _line(
        call.start,
        el("code", f"{call.service}.{call.method}({_clip(arguments)})"),
        len(group) > 1 and el("b", f" ×{len(group)}"),
        answer,
        class_="bad" if call.forbidden else None,
    )


def _brief(value: Json) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_brief, value))}]" if len(value) < 30 else f"[{len(value)} items]"
    return _clip(json.dumps(value, ensure_ascii=False, default=repr))


def _cut(value: Json) -> str:
    return _clip(value) if isinstance(value, str) else _brief(value)


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
