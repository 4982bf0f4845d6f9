"""Hostile programs that reach for processes, files, the network and memory of others.

Each is judged by its effect on the machine; what it prints only shows that it really tried.
"""

from pathlib import Path

import pytest

TRY = """
import os, sys
def attempt(*actions):
    for action in actions:
        try:
            print("DID", action())
        except BaseException as problem:
            print("no:", type(problem).__name__, problem)
"""


def tried(report, times):
    """Check that a program ran to its end, tried everything, and got nothing."""
    assert report["status"] == "finished", report
    lines = report["stdout"].splitlines()
    assert sum(line.startswith("no:") for line in lines) == times, report["stdout"]
    assert not any(line.startswith("DID") for line in lines), report["stdout"]


def test_processes_cannot_be_started(host, playground):
    report = host.play(TRY + f"""
import subprocess, multiprocessing, pty
mark = "echo x > {playground}/made"
def system():
    status = os.system(mark)
    if status != 0: raise OSError(status)
attempt(
    system, lambda: subprocess.run(mark, shell=True), lambda: os.popen(mark).read(), os.fork,
    os.forkpty,
    lambda: os.posix_spawn("/bin/sh", ["sh", "-c", mark], {{}}),
    lambda: os.execv("/bin/sh", ["sh", "-c", mark]),
    lambda: os.spawnl(os.P_WAIT, "/bin/sh", "sh", "-c", mark), lambda: pty.spawn("/bin/sh"),
    lambda: multiprocessing.Process(target=print).start(),
    lambda: os.execv(sys.executable, [sys.executable]),
)
""")  # fmt: skip
    tried(report, 11)
    assert not (playground / "made").exists()


def test_a_fork_bomb_does_not_go_off(host):
    report = host.play("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")
    assert report["status"] == "compute_budget"


@pytest.mark.parametrize(
    "start",
    [
        "threading.Thread(target=time.sleep, args=(50,), daemon=True).start()",
        "real.start_new_thread(real.allocate_lock, ())",
    ],
)
def test_threads_cannot_be_started_without_end(host, start):
    report = host.play(f"""
import _frozen_importlib, threading, time
real = _frozen_importlib._thread
assert hasattr(real, "_set_sentinel") or hasattr(real, "start_joinable_thread")
started = 0
try:
    while True:
        {start}
        started += 1
except RuntimeError:
    print(started)
""")  # fmt: skip
    assert int(report["stdout"].splitlines()[-1]) == (16 if "threading" in start else 0)


def test_files_of_others_cannot_be_read(host, playground):
    project = Path(__file__).resolve().parents[2]
    report = host.play(TRY + f"""
for path in ["{playground}/secret", "{project}/pyproject.toml", "{__file__}", "/etc/passwd",
             "/etc/hostname",
             "/proc/self/environ", "/proc/self/maps", "/proc/self/mem", "/proc/1/cmdline",
             f"/proc/{{os.getpid()}}/status", "/dev/zero", "/dev/urandom", "/sys/kernel/notes"]:
    attempt(lambda: open(path, "rb").read(1), lambda: os.open(path, os.O_RDONLY))
attempt(lambda: os.listdir("/"), lambda: os.listdir("{playground}"), lambda: os.listdir("/proc"),
        lambda: os.readlink("/proc/self/exe"), lambda: os.chdir("{playground}"))
""")  # fmt: skip
    tried(report, 26 + 5)
    assert "swordfish" not in report["stdout"]


def test_packages_beside_the_standard_library_cannot_be_read(host):
    report = host.play(TRY + """
import sys
for path in sys.path:
    for folder in ("site-packages", "dist-packages"):
        attempt(lambda: os.listdir(os.path.join(path, folder)))
attempt(lambda: __import__("pydantic"), lambda: __import__("numpy"),
    lambda: __import__("naobench.schema"))
""")  # fmt: skip
    assert report["status"] == "finished", report
    assert "DID" not in report["stdout"]


def test_only_numpy_can_be_read_by_programs_that_import_it(host):
    report = host.play(TRY + """
import numpy
packages = os.path.dirname(os.path.dirname(numpy.__file__))
print(os.path.exists(os.path.join(packages, "pydantic")))
attempt(lambda: os.listdir(packages), lambda: open(packages + "/pydantic/__init__.py"),
        lambda: open(packages + "/numpy/__init__.py", "a"), lambda: __import__("pydantic"))
""", compute_s=9.0, silent_compute_s=9.0)  # fmt: skip
    if host.user == 0 or report["status"] == "finished":
        tried(report, 4)
    else:
        assert "No module named 'numpy'" in report["error"]


def test_the_environment_of_the_host_is_not_there(host):
    report = host.play("""
import os, gc
print(dict(os.environ), dict(os.environb))
try: print(open("/proc/self/environ").read())
except OSError as problem: print(problem)
import ctypes
print(ctypes.CDLL(None).getenv(b"SECRET_OF_THE_HOST"))
""")
    assert report["stdout"].startswith("{} {}\n")
    assert report["stdout"].endswith("\n0\n")
    assert "swordfish" not in report["stdout"]


def test_nothing_can_be_written(host, playground):
    before = (playground / "secret").stat()
    report = host.play(TRY + f"""
import tempfile, shutil, sqlite3
place = "{playground}"
attempt(
    lambda: open(place + "/made", "w"), lambda: open(place + "/secret", "a"),
    lambda: open(place + "/secret", "r+"),
    lambda: os.open(place, os.O_TMPFILE | os.O_RDWR), lambda: os.mkdir(place + "/made"),
    lambda: os.mkfifo(place + "/made"),
    lambda: os.symlink("/etc", place + "/made"),
    lambda: os.link(place + "/secret", place + "/made"),
    lambda: os.remove(place + "/secret"), lambda: os.rename(place + "/secret", place + "/made"),
    lambda: os.truncate(place + "/secret", 0), lambda: os.chmod(place + "/secret", 0),
    lambda: os.utime(place + "/secret"),
    lambda: os.rmdir(place), lambda: os.memfd_create("x"), lambda: tempfile.TemporaryFile(),
    lambda: sqlite3.connect(place + "/made").execute("create table x(y)"),
    lambda: open(os.__file__, "a"),
    lambda: open("/dev/shm/naobench", "w"), lambda: open("/proc/self/oom_score_adj", "w"),
    lambda: os.setxattr(place + "/secret", "user.x", b"1"), lambda: os.mknod(place + "/made"),
)
""")  # fmt: skip
    tried(report, 22)
    assert [path.name for path in playground.iterdir()] == ["secret"]
    after = (playground / "secret").stat()
    assert (before.st_mtime_ns, before.st_mode, before.st_size) == (
        after.st_mtime_ns, after.st_mode, after.st_size
    )  # fmt: skip


def test_no_network_of_any_family(host, listener):
    port = listener.getsockname()[1]
    report = host.play(TRY + f"""
import socket, ssl, urllib.request, http.client, asyncio, ftplib
families = ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK",
    "AF_BLUETOOTH", "AF_CAN", "AF_ALG"]
kinds = [socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW]
for family in families:
    for kind in kinds:
        attempt(lambda: socket.socket(getattr(socket, family), kind))
attempt(lambda: socket.create_connection(("127.0.0.1", {port})),
        lambda: socket.create_server(("", 0)),
        socket.socketpair, lambda: urllib.request.urlopen("http://127.0.0.1:{port}"),
        lambda: socket.getaddrinfo("localhost", 80), lambda: asyncio.run(asyncio.sleep(0)),
        lambda: socket.socket(fileno=3).listen())
""")  # fmt: skip
    assert report["status"] == "finished", report
    assert "DID" not in report["stdout"]
    with pytest.raises(TimeoutError):
        listener.accept()


def test_raw_system_calls_are_refused(host, playground):
    report = host.play(TRY + """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
numbers = dict(item.split('=') for item in ('''
  socket=41 socketpair=53 clone=56 fork=57 vfork=58 execve=59 kill=62 ptrace=101 prctl=157
  mount=165 tkill=200 unshare=272 splice=275 perf=298 setns=308 memfd=319 bpf=321 execveat=322
  userfaultfd=323 pidfd_send=424 io_uring=425 open_tree=428 pidfd_open=434 clone3=435
  openat2=437 seccomp=317 process_vm_readv=310 prlimit=302 setuid=105 chroot=161 shmget=29
  keyctl=250 ioctl=16 sendto=44 dup=32 pipe=22 creat=85 open=2 link=86 symlink=88 tgkill=234
  timer_create=222 eventfd=290 select=23 poll=7 inotify=294 fanotify=300 alarm=37 setitimer=38
  personality=135
''' if platform.machine() == 'x86_64' else '''
  socket=198 clone=220 execve=221 kill=129 ptrace=117 prctl=167 memfd=279 clone3=435
  io_uring=425 ioctl=29 dup=23 unshare=97 mount=40 bpf=280 seccomp=277 tgkill=131
''').split())
for name, number in numbers.items():
    ctypes.set_errno(0)
    result = libc.syscall(int(number), 0, 0, 0, 0, 0, 0)
    if result != -1 or ctypes.get_errno() not in (1, 38):
        print("DID", name, result, ctypes.get_errno())
print("no: end")
""")  # fmt: skip
    tried(report, 1)


def test_memory_cannot_be_made_executable(host):
    report = host.play(TRY + """
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
    ctypes.c_size_t]
if libc.mmap(None, 4096, 7, 0x22, -1, 0) != ctypes.c_void_p(-1).value: print("DID map")
page = libc.mmap(None, 4096, 3, 0x22, -1, 0)
if libc.mprotect(ctypes.c_void_p(page), 4096, 5) == 0: print("DID protect")
print("no: end")
""")  # fmt: skip
    tried(report, 1)


def test_other_processes_cannot_be_signalled_or_looked_at(host):
    victim = host.process.pid
    report = host.play(TRY + f"""
import signal, ctypes
libc = ctypes.CDLL(None, use_errno=True)
def raw(number):
    if libc.syscall(number, {victim}, {victim}, 9, 0) == -1: raise OSError(ctypes.get_errno(), "")
attempt(lambda: os.kill({victim}, 9), lambda: os.killpg(0, 9), lambda: os.kill(-1, 9),
        lambda: raw(234), lambda: raw(62),
        lambda: signal.pidfd_send_signal(0, 9), lambda: os.pidfd_open({victim}),
        lambda: os.setpriority(0, {victim}, 1),
        lambda: open("/proc/{victim}/mem", "rb"), lambda: open("/proc/{victim}/fd/0", "rb"))
""")  # fmt: skip
    tried(report, 10)
    assert host.process.poll() is None


def test_limits_cannot_be_raised(host):
    report = host.play(TRY + """
import resource
for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE,
    resource.RLIMIT_NOFILE):
    attempt(lambda: resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
attempt(lambda: os.nice(-5), lambda: os.setuid(0), lambda: os.sched_setaffinity(0, {0}))
""")  # fmt: skip
    tried(report, 7)
