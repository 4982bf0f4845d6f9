"""Puts the page together: one file, no script needed, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from pathlib import Path

from naobench.report import episodes, tables
from naobench.report.job import Case, Job
from naobench.report.markup import Html, both, el, escape, join
from naobench.report.pictures import Pictures
from naobench.report.tables import VERDICTS
from naobench.report.words import FAMILIES

__all__ = ["render"]

_ASSETS = Path(__file__).parent / "assets"


def render(job: Job) -> str:
    """Return the page of a job."""
    pictures = Pictures(
        case.folder / episode.picture
        for case in job.cases
        for episode in case.episodes
        if episode.picture
    )
    sheet = Html((_ASSETS / "page.css").read_text(encoding="utf-8"))
    script = Html((_ASSETS / "page.js").read_text(encoding="utf-8"))
    images = pictures.style()
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=_policy([sheet, images], script)),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{job.name} · naobench"),
        el("style", sheet),
        el("style", images),
    )
    body = el(
        "body",
        el("input", type="radio", name="language", id="en", checked=True, class_="switch"),
        el("input", type="radio", name="language", id="zh", class_="switch"),
        _header(job),
        _main(job, pictures),
        _footer(job),
        el("script", script),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _policy(styles: list[Html], script: Html) -> str:
    """Return a policy that allows these styles, this script and pictures in the page: no more."""
    allowed = " ".join(_hash(style) for style in styles)
    return (
        f"default-src 'none'; style-src {allowed}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _header(job: Job) -> Html:
    tasks = {episode.task_id for case in job.cases for episode in case.episodes}
    count = sum(len(case.episodes) for case in job.cases)
    facts = (
        f"{len(job.cases)} algorithms · {len(tasks)} tasks · {count} episodes in simulated physics",
        f"{len(job.cases)} 个算法 · {len(tasks)} 个任务 · {count} 个物理仿真回合",
    )
    unfinished = both(
        ("The job has not come to its end.", "该任务尚未运行结束。"),
    )
    return el(
        "header",
        el(
            "div",
            el("label", "English", for_="en"),
            el("label", "中文", for_="zh"),
            class_="languages",
        ),
        el(
            "p",
            both(("Benchmark for embodied code generation", "具身代码生成基准")),
            class_="kicker",
        ),
        el("h1", job.name),
        el("p", both(facts), job.finished and f" · {job.finished}", class_="lead"),
        job.state != "finished" and el("p", unfinished, class_="warning"),
    )


def _main(job: Job, pictures: Pictures) -> Html:
    played = [case for case in job.cases if case.episodes]
    return el(
        "main",
        _showcase(played, pictures),
        _part(
            ("Leaderboard", "排行榜"),
            (
                "Small numbers and whiskers are 95 % intervals over task templates; where they "
                "overlap, the order may be chance. Arrows say whether more or less is better.",
                "小号数字与横线为按任务模板计算的 95 % 区间；若区间重叠，先后可能出于偶然。"
                "箭头表示越高越好或越低越好。",
            ),
            tables.leaderboard(job),
        ),
        _part(
            ("At a glance", "一览"),
            (
                "One strip per algorithm, one share per verdict.",
                "每个算法一条，各段为各类判定的占比。",
            ),
            _strips(played),
        ),
        _part(
            ("By family of tasks", "按任务族"),
            ("Safe success; below it the episodes.", "安全成功率，其下为回合数。"),
            tables.families(played),
        ),
        _part(
            ("By what the task expects", "按任务应有的结果"),
            (
                "Some tasks are unsafe, impossible or unclear: the right program says so.",
                "有些任务不安全、做不到或不清楚：正确的程序应当说明。",
            ),
            tables.outcome_classes(played),
        ),
        _part(
            ("Episodes", "回合"),
            (
                "Each square is an episode. Open one for its program, its calls and the verdict.",
                "每个方块是一个回合，打开可查看程序、调用与判定。",
            ),
            _filters(played),
            (episodes.section(number, case, pictures) for number, case in enumerate(played)),
        ),
    )


def _showcase(cases: list[Case], pictures: Pictures) -> Html | None:
    """Return the pictures of the longest episode that succeeded, of the highest rank there is."""
    for case in cases:
        won = [episode for episode in case.episodes if tables.verdict(episode) == "won"]
        for episode in sorted(won, key=lambda episode: -episode.simulated_s):
            film = episodes.film(episode, case, pictures)
            if film is not None:
                asked = el("q", episode.instruction or episode.task_id, lang=episode.language)
                return el("figure", film, el("figcaption", asked, " · ", case.algorithm))
    return None


def _part(words: tuple[str, str], lead: tuple[str, str], *children: object) -> Html:
    return el(
        "section",
        el("h2", both(words)),
        el("p", both(lead), class_="quiet"),
        *children,
        class_="part",
    )


def _strips(cases: list[Case]) -> Html:
    legend = el(
        "p",
        (
            el("span", el("i", class_=f"swatch {name}"), both(words), class_="key")
            for name, (_, words) in VERDICTS.items()
        ),
        class_="legend",
    )
    rows = (
        el("tr", el("td", tables.short_title(case, cases), class_="left"), _strip(case))
        for case in cases
    )
    table = el("table", el("tbody", rows), class_="strips")
    return join([legend, el("div", table, class_="scroll")])


def _strip(case: Case) -> Html:
    counts = Counter(map(tables.verdict, case.episodes))
    total, at, bars = max(len(case.episodes), 1), 0.0, []
    for name in VERDICTS:
        width = 1000 * counts[name] / total
        bars.append(el("rect", x=f"{at:.1f}", y=0, width=f"{width:.1f}", height=20, class_=name))
        at += width
    words = ", ".join(f"{VERDICTS[name][1][0]}: {counts[name]}" for name in VERDICTS)
    picture = el(
        "svg",
        *bars,
        viewBox="0 0 1000 20",
        preserveAspectRatio="none",
        role="img",
        aria_label=words,
    )
    return el("td", picture, class_="strip")


def _filters(cases: list[Case]) -> Html:
    """Return the filters; they stay hidden where scripts are off."""
    present = {episode.family for case in cases for episode in case.episodes}
    return el(
        "div",
        _select(
            "case",
            ("Algorithm", "算法"),
            [(n, f"{case.algorithm} {case.settings_text}") for n, case in enumerate(cases)],
        ),
        _select(
            "family",
            ("Family", "任务族"),
            [(f, f"{f} {' / '.join(w)}") for f, w in FAMILIES.items() if f in present],
        ),
        _select(
            "verdict", ("Verdict", "判定"), [(v, " / ".join(w)) for v, (_, w) in VERDICTS.items()]
        ),
        el("label", both(("Text", "文本")), el("input", type="search", id="filter-text")),
        el("output", id="filter-count"),
        class_="filters",
        id="filters",
        hidden=True,
    )


def _select(name: str, words: tuple[str, str], options: list[tuple[object, str]]) -> Html:
    every = el("option", "–", value="")
    found = [el("option", text, value=value) for value, text in options]
    return el("label", both(words), el("select", every, found, id=f"filter-{name}"))


def _footer(job: Job) -> Html:
    known: dict[str, set[str]] = {}
    for case in job.cases:
        for episode in case.episodes:
            for name, version in episode.versions.items():
                known.setdefault(name, set()).add(version)
            if episode.guest is not None and episode.guest.layers:
                known.setdefault("sandbox", set()).add(" + ".join(episode.guest.layers))
    facts = [f"{name} {', '.join(sorted(values))}" for name, values in sorted(known.items())]
    return el(
        "footer",
        el(
            "p",
            both(
                (
                    "The verdict of each episode comes from the state of the simulator, never from "
                    "what the program says. Each template counts once.",
                    "每个回合的判定来自仿真器状态，与程序自称的结果无关。每个任务模板只计一次。",
                )
            ),
        ),
        el("p", escape(" · ".join(facts)), class_="quiet"),
    )
