"""One guest thread at a time, first in, first out, in simulated time."""

import time

import pytest

from naobench.sandbox import Limits


def test_threads_take_turns_in_the_order_in_which_they_started(printed):
    order = printed("""
import threading, time
order = []
def work(name):
    for turn in range(3):
        order.append(name + str(turn))
        time.sleep(1)
threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
for thread in threads: thread.start()
for thread in threads: thread.join()
show(order)
""")
    assert order == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]


def test_sleepers_wake_in_the_order_of_their_deadlines(printed):
    assert printed("""
import threading, time
order = []
def work(seconds):
    time.sleep(seconds)
    order.append([seconds, time.monotonic_ns() // 1_000_000 - 1])
threads = [threading.Thread(target=work, args=(s,)) for s in (3, 0.5, 2, 1)]
for thread in threads: thread.start()
for thread in threads: thread.join()
show(order)
""") == [[0.5, 500], [1, 1000], [2, 2000], [3, 3000]]  # fmt: skip


def test_sleeping_takes_no_real_time(play):
    begun = time.monotonic()
    played = play("import time\ntime.sleep(1000)", time_limit_s=2000)
    assert played.status == "finished"
    assert time.monotonic() - begun < 30
    assert played.server.now == pytest.approx(1000)


def test_a_lock_is_handed_to_the_one_that_waited_longest(printed):
    assert printed("""
import threading, time
lock, order = threading.Lock(), []
def work(name):
    for _ in range(2):
        with lock:
            order.append(name)
            time.sleep(0.1)
threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
for thread in threads: thread.start()
for thread in threads: thread.join()
show("".join(order))
""") == "abcabc"  # fmt: skip


def test_locks_time_out_in_simulated_time(printed):
    assert printed("""
import threading, time
lock = threading.Lock()
lock.acquire()
results = [lock.acquire(timeout=2.5), round(time.monotonic(), 3), lock.acquire(False),
    lock.locked()]
condition, event, semaphore = threading.Condition(), threading.Event(), threading.Semaphore(0)
with condition:
    results += [condition.wait(1), event.wait(1), semaphore.acquire(timeout=1)]
show([*results, round(time.monotonic(), 2)])
""") == [False, 2.501, False, True, False, False, False, 5.5]  # fmt: skip


def test_a_lock_given_back_at_its_deadline_is_not_lost(printed):
    assert printed("""
import threading, time
lock, got = threading.Lock(), []
def wait():
    got.append(lock.acquire(timeout=1))
with lock:
    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(1)
thread.join()
show([got, lock.acquire(False)])
""") == [[False], True]  # fmt: skip


def test_reentrant_locks_conditions_and_barriers_work_together(printed):
    assert printed("""
import threading
lock, met, barrier = threading.RLock(), [], threading.Barrier(3)
condition = threading.Condition(lock)
def work(name):
    with lock, lock:
        condition.wait_for(lambda: "go" in met)
        met.append(name)
    met.append(barrier.wait())
threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
for thread in threads: thread.start()
with condition:
    met.append("go")
    condition.notify_all()
for thread in threads: thread.join()
show(met)
""") == ["go", "a", "b", "c", 0, 2, 1]  # fmt: skip


def test_queues_pass_items_in_order_and_time_out(printed):
    assert printed("""
import queue, threading, time
items, seen = queue.Queue(maxsize=1), []
def produce():
    for number in range(4):
        items.put(number)
    items.put(None)
threading.Thread(target=produce).start()
while (item := items.get()) is not None:
    time.sleep(1)
    seen.append(item)
begun = time.monotonic()
try:
    items.get(timeout=3)
except queue.Empty:
    seen.append(round(time.monotonic() - begun, 2))
show(seen)
""") == [0, 1, 2, 3, 3.0]  # fmt: skip


def test_a_pool_of_the_standard_library_runs_on_the_baton(printed):
    assert printed("""
import time
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    squares = list(pool.map(lambda x: (time.sleep(1), x * x)[1], range(4)))
show([squares, round(time.monotonic(), 2)])
""") == [[0, 1, 4, 9], 2.0]  # fmt: skip


def test_thread_local_data_is_not_left_to_the_next_thread(printed):
    assert printed("""
import threading
local, seen = threading.local(), []
def work():
    seen.append(hasattr(local, "x"))
    local.x = 1
for _ in range(20):
    thread = threading.Thread(target=work)
    thread.start(); thread.join()
show(any(seen))
""") is False  # fmt: skip


def test_a_timer_can_be_cancelled(printed):
    assert printed("""
import threading, time
fired = []
threading.Timer(1, fired.append, ["first"]).start()
second = threading.Timer(2, fired.append, ["second"])
second.start(); second.cancel()
time.sleep(3)
show(fired)
""") == ["first"]  # fmt: skip


@pytest.mark.parametrize(
    "condition",
    [
        "time.time() < 1735725605", "time.monotonic() < 5", "time.perf_counter_ns() < 5e9",
        "datetime.datetime.now() < datetime.datetime(2025, 1, 1, 10, 0, 5)",
        "time.localtime().tm_sec < 5", "time.strftime('%S') < '05'", "not event.is_set()",
        "not box.full()", "thread.is_alive()", "not future.isFinished()",
    ],
)  # fmt: skip
def test_busy_loops_make_progress(printed, condition):
    begun = time.monotonic()
    now = printed(f"""
import datetime, queue, threading, time
event, box = threading.Event(), queue.Queue(1)
def later():
    time.sleep(5); event.set(); box.put(1)
thread = threading.Thread(target=later); thread.start()
future = session.service("ALMotion").moveTo(1, 0, 0, _async=True)
while {condition}:
    pass
show(round(time.monotonic(), 1))
""", durations={"moveTo": 5.0})  # fmt: skip
    assert now == 5.0
    assert time.monotonic() - begun < 30


def test_a_loop_that_only_takes_locks_makes_progress(printed):
    assert printed("""
import threading, time
lock, done = threading.Lock(), []
def later():
    time.sleep(1); done.append(1)
threading.Thread(target=later).start()
while True:
    with lock:
        if done: break
show(round(time.monotonic(), 1))
""") == 1.0  # fmt: skip


def test_a_deadlock_lasts_until_time_is_up(play):
    played = play("""
import threading
lock = threading.Lock()
lock.acquire()
print("waiting")
lock.acquire()
""", time_limit_s=30)  # fmt: skip
    assert played.status == "timeout"
    assert played.lines == ["waiting"]
    assert played.server.now == pytest.approx(30)


@pytest.mark.parametrize(
    "program", ["import time\ntime.sleep(100)", "import time\nwhile 1: time.time()"]
)
def test_time_is_up_also_for_programs_that_call_nothing(play, program):
    played = play(program, time_limit_s=20)
    assert played.status == "timeout"
    assert played.server.now == pytest.approx(20)


def test_daemons_are_left_behind_and_other_threads_are_waited_for(play):
    played = play("""
import atexit, threading, time
atexit.register(lambda: print("at exit", round(time.monotonic(), 2)))
def work(seconds):
    time.sleep(seconds); print("done", seconds)
threading.Thread(target=work, args=(5,)).start()
threading.Thread(target=work, args=(50,), daemon=True).start()
""")  # fmt: skip
    assert played.lines == ["done 5", "at exit 5.0"]
    assert played.server.now == pytest.approx(5.0, abs=0.01)


def test_time_that_nobody_asked_about_passes_in_the_server_too(play):
    played = play("""
import time
motion = session.service("ALMotion")
time.sleep(2)
motion.wakeUp()
time.sleep(3)
""")  # fmt: skip
    assert played.server.log[0] == ("advance", 2.0)
    assert played.server.log[1][:3] == ("begin", 2.001, "wakeUp")
    assert played.server.now == pytest.approx(5.001)


CHANCE_AND_THREADS = """
import os, random, threading, time, uuid, queue
motion, tts = session.service("ALMotion"), session.service("ALTextToSpeech")
results = queue.Queue()
def work(name):
    for _ in range(5):
        time.sleep(random.random())
        words = list({'a', 'b', 'c', name})
        tts.say(f"{name} {time.time():.6f} {words} {uuid.uuid4()} {os.urandom(3)}")
        results.put(name)
for name in "pqrst":
    threading.Thread(target=work, args=(name,)).start()
future = motion.moveTo(1, 0, 0, _async=True)
future.addCallback(lambda f: tts.say("arrived"))
tts.say(str([results.get() for _ in range(25)]))
"""


def test_two_runs_are_the_same_to_the_last_frame(play):
    first, second = play(CHANCE_AND_THREADS), play(CHANCE_AND_THREADS)
    assert first.status == "finished", first.report
    assert len(first.server.called) == 28
    assert first.server.log == second.server.log


def test_no_more_threads_than_the_pool_has(printed):
    assert printed("""
import threading, time
started = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(10,), daemon=True).start()
        started += 1
except RuntimeError as problem:
    show([started, str(problem)])
""", limits=Limits(threads=5)) == [5, "can't start new thread"]  # fmt: skip
