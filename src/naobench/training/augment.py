"""More to learn from the same rows: two or three tasks in one instruction.

A small model that saw each skill alone does not combine them by itself. Joined rows teach it that
programs follow instructions clause by clause, without any knowledge of how templates combine
skills.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from naobench.schema import SAYING_NO, Question
from naobench.tasks.style import header, strip_header

__all__ = ["joined"]

_CONNECTIONS = {"en": (". ", ", ", " and "), "zh": ("。", "，")}
_STOPS = ".。?？!！"


def joined(
    pairs: Sequence[tuple[Question, str]], count: int, seed: int, longest: int = 80
) -> list[tuple[Question, str]]:
    """Return new pairs, each made of two or three others of one language.

    Args:
        pairs: Questions and programs; those that say no are left out.
        count: How many to make.
        seed: Seed of the choice.
        longest: Instructions of more characters are not joined.

    Returns:
        Pairs whose instruction says one thing after the other and whose program does so. Fewer
        than `count` only if no language has two pairs to join.
    """
    choice = random.Random(seed)
    parts: dict[str, list[tuple[Question, str]]] = {}
    for question, program in pairs:
        if len(question.instruction) <= longest and not any(no in program for no in SAYING_NO):
            parts.setdefault(question.language, []).append((question, program))
    pools = [parts[language] for language in sorted(parts) if len(parts[language]) >= 2]
    if not pools:
        return []
    return [_join(choice, choice.choice(pools), number) for number in range(count)]


def _join(
    choice: random.Random, pool: Sequence[tuple[Question, str]], number: int
) -> tuple[Question, str]:
    chosen = choice.sample(pool, choice.choice((2, 2, 3)) if len(pool) > 2 else 2)
    connection = choice.choice(_CONNECTIONS[chosen[0][0].language])
    *front, last = [question.instruction.rstrip(_STOPS) for question, _ in chosen]
    if connection[0] not in _STOPS:
        front[1:] = [clause[:1].lower() + clause[1:] for clause in front[1:]]
        last = last[:1].lower() + last[1:]
    end = "." if chosen[0][0].language == "en" else "。"
    question = Question(
        task_id=f"joined-{number}",
        instruction=connection.join([*front, last]) + end,
        language=chosen[0][0].language,
    )
    body = "".join(strip_header(program) for _, program in chosen)
    return question, header(body) + body
