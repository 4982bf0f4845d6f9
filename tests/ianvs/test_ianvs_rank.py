"""The rank: order, columns, selection, and what is kept of earlier runs."""

from __future__ import annotations

import pytest

from naobench.ianvs import job
from naobench.ianvs.rank import Rank


def record(level, score, *, status="done", time="2026-01-01 00:00:00", **more):
    return {
        "algorithm": "first",
        "paradigm": "singletasklearning",
        "modules": {"basemodel": "Model"},
        "hyperparameters": {"basemodel-level": level},
        "status": status,
        "metrics": {"score": score, "count": 2},
        "time": time,
        "url": f"/somewhere/{level}",
        **more,
    }


def rank_of(bench, *records):
    rank = Rank(job.read(bench.folder / "job.yaml"))
    for each in records:
        rank.add(each)
    return rank


def levels(rows):
    return [row["basemodel-level"] for row in rows]


@pytest.fixture
def here(bench, monkeypatch):
    monkeypatch.chdir(bench.folder)
    return bench


@pytest.mark.parametrize(
    ("direction", "expected"),
    [("descend", ["c", "a", "d", "b", "e"]), ("ascend", ["d", "a", "c", "b", "e"])],
)
def test_rank_sorts_numbers_then_text_then_nothing_and_failures_last(here, direction, expected):
    here.replace("job.yaml", '"descend"', f'"{direction}"')
    scores = {"a": 9.5, "b": None, "c": 10, "d": -1e-3}
    records = [record(level, score) for level, score in scores.items()]
    rank_of(here, record("e", 99.0, status="failed"), *records)
    assert levels(here.rank()) == expected
    assert [row["rank"] for row in here.rank()] == ["1", "2", "3", "4", "5"]
    assert levels(here.rank("selected_rank")) == expected[:-1]


def test_rank_breaks_ties_with_the_next_metric_and_then_keeps_the_order_of_the_job(here):
    here.replace("job.yaml", '"descend"', '"descend"\n      - count: "ascend"')
    cells = {"a": (1, 5), "b": (2, 7), "c": (1, 3), "d": (1, 3)}
    records = [record(k, s, metrics={"score": s, "count": n}) for k, (s, n) in cells.items()]
    rank_of(here, *records)
    assert levels(here.rank()) == ["b", "c", "d", "a"]


def test_rank_of_an_earlier_run_is_kept_and_equal_rows_are_merged(here):
    rank_of(here, record(1, 0.5), record(2, 0.25))
    later = {"time": "2026-02-02 00:00:00"}  # other ids: something that they depend on has changed
    rank_of(
        here,
        record(1, 0.5, url="/somewhere/11", **later),
        record(2, 0.75, url="/somewhere/12", **later),
    )
    rows = [(row["basemodel-level"], row["score"], row["time"][:10]) for row in here.rank()]
    assert rows == [
        ("2", "0.75", "2026-02-02"),
        ("1", "0.5", "2026-02-02"),  # equal to the old row but for the time: one row, the newer
        ("2", "0.25", "2026-01-01"),
    ]
    selected = [(row["basemodel-level"], row["score"]) for row in here.rank("selected_rank")]
    assert selected == [("2", "0.75"), ("1", "0.5")]


def test_rank_replaces_the_row_of_the_same_test_case_although_its_measures_differ(here):
    for time, seconds in (("2026-01-01 00:00:00", 1.5), ("2026-02-02 00:00:00", 1.25)):
        metrics = {"score": 1.0, "seconds": seconds}
        # The second run reaches the same workspace by another path.
        urls = [f"/{time[:7]}/first/{name}" for name in ("id-a", "id-b")]
        rank_of(
            here,
            record(1, 1.0, metrics=metrics, time=time, url=urls[0]),
            record(2, 1.0, metrics=metrics, time=time, url=urls[1]),
        )
    rows = [(row["basemodel-level"], row["seconds"], row["url"]) for row in here.rank()]
    assert rows == [("1", "1.25", "/2026-02/first/id-a"), ("2", "1.25", "/2026-02/first/id-b")]


def test_rank_keeps_the_newest_where_an_old_file_has_a_test_case_twice(here):
    rank_of(here, record(1, 0.5), record(3, 0.1))
    file = here.out / "rank" / "all_rank.csv"
    lines = file.read_text().splitlines()
    newer = lines[1].replace("0.5", "0.25").replace("2026-01-01", "2026-03-03")
    file.write_text("\n".join([*lines, newer]) + "\n")
    rank_of(here, record(2, 0.75))
    rows = [(row["basemodel-level"], row["score"]) for row in here.rank()]
    assert rows == [("2", "0.75"), ("1", "0.25"), ("3", "0.1")]


def test_rank_compares_numbers_as_numbers_although_a_csv_holds_text(here):
    rank_of(here, record(0.1, 1), record(1, True))
    rank_of(here, record(0.10, 1.0), record(1.0, True))
    assert levels(here.rank()) == ["0.1", "1.0"]


def test_rank_drops_failures_of_earlier_runs(here):
    rank_of(here, record(1, None, status="failed"))
    rank_of(here, record(2, 1.0))
    assert levels(here.rank()) == ["2"]


def test_rank_that_cannot_be_read_is_replaced(here, caplog):
    here.write("workspace/bench/rank/all_rank.csv", 'rank,algorithm\n1,"open\x00')
    rank_of(here, record(1, 1.0))
    assert levels(here.rank()) == ["1"]


def test_rank_keeps_columns_that_only_earlier_runs_had(here):
    rank_of(here, record(1, 0.5, metrics={"score": 0.5, "count": 2, "old": 3}))
    rank_of(here, record(2, 0.25))
    columns = "rank algorithm score count paradigm basemodel basemodel-level old status time url"
    assert list(here.rank()[0]) == columns.split()
    assert [row["old"] for row in here.rank()] == ["3", ""]


def test_selected_rank_has_the_selected_columns_only(here):
    here.replace("job.yaml", '      hyperparameters: ["all"]\n', "      hyperparameters: []\n")
    here.replace("job.yaml", 'modules: ["all"]', 'modules: ["edgemodel"]')
    here.replace("job.yaml", 'metrics: ["score"]', 'metrics: ["count", "score"]')
    here.replace("job.yaml", '"selected_and_all"', '"selected_only"')
    rank_of(here, record(1, 0.5), record(2, 0.5))
    columns = "rank algorithm count score paradigm time url"
    assert list(here.rank("selected_rank")[0]) == columns.split()
    assert len(here.rank("selected_rank")) == 2
    assert not (here.out / "rank" / "all_rank.csv").exists()


def test_rank_survives_hostile_text(here):
    rank_of(here, record('a,"b"\nc|d', 1.0), record([1, {"x": "ü"}], 0.5))
    assert levels(here.rank()) == ['a,"b"\nc|d', '[1, {"x": "ü"}]']
