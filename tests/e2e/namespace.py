"""A network of one's own, in which nothing but loopback exists: so servers
can have their real ports and names can be looked up as everybody does it."""
import os
import shutil
import subprocess
import sys
import tempfile

MARK = "WAXSEAL_OWN_NETWORK"
SETUP = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"'


def here():
    """Whether this process is in one."""
    return os.environ.get(MARK) == "1"


def can():
    if not shutil.which("unshare") or not shutil.which("ip"):
        return False
    with tempfile.NamedTemporaryFile() as empty:
        return subprocess.run(
            ["unshare", "-mn", "sh", "-c", SETUP, empty.name, "true"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            check=False).returncode == 0


def enter(nameserver="127.0.0.1"):
    """The program once more, in such a network; names are looked up at
    `nameserver`. Returns its exit code; None where that is not permitted."""
    if not can():
        return None
    with tempfile.NamedTemporaryFile("w", encoding="ascii") as conf:
        conf.write(f"nameserver {nameserver}\noptions timeout:1 attempts:2\n")
        conf.flush()
        return subprocess.run(
            ["unshare", "-mn", "sh", "-c", SETUP, conf.name, sys.executable,
             *sys.argv], env={**os.environ, MARK: "1"},
            check=False).returncode


def alone(run):
    """run(), which gives an exit code, in a network of one's own; where none
    may be made the test is left out."""
    if here():
        return run()
    code = enter()
    if code is None:
        print("1..0 # skip: no network of one's own may be made")
        return 0
    return code
