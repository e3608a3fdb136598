"""A running `waxseal serve` for tests: own directory, free ports, real clients.

Everything listens on loopback; whatever was started is stopped by its pid.
"""
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time

PASSWORD = "correct horse battery"
# Nobody listens there: no test asks the name servers of its machine.
NO_DNS = 'inspect { resolver = "127.0.0.1:1" trust_anchor = "none" }\n'


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, seconds=30, every=0.05):
    """The first true value of what(), or None when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(every)
    return None


class Server:
    """with Server(program) as s: ... s.smtp, s.web are ports."""

    def __init__(self, program, config="", user=True, room=None):
        self.program = os.path.abspath(program)
        self.owned = None if room else tempfile.TemporaryDirectory()
        self.room = room or self.owned.name
        self.data = os.path.join(self.room, "data")
        self.web, self.smtp, self.metrics = (free_port() for _ in range(3))
        self.config = os.path.join(self.room, "waxseal.conf")
        self.log = os.path.join(self.room, "serve.log")
        self.want_user = user
        self.token = None
        self.process = None
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f'hostname = "reports.test"\n'
                      f'store {{ path = "{self.data}" }}\n'
                      f'web {{ listen = {{"127.0.0.1:{self.web}"}} '
                      f'base_url = "http://127.0.0.1:{self.web}" }}\n'
                      f'smtp {{ listen = {{"127.0.0.1:{self.smtp}"}} }}\n'
                      f'metrics {{ listen = "127.0.0.1:{self.metrics}" }}\n'
                      + ("" if "inspect {" in config else NO_DNS)
                      + config)

    # ---- life ----

    def __enter__(self):
        self.start()
        if self.want_user:
            self.make_user()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.owned:
            self.owned.cleanup()

    def start(self):
        """A server that was killed may hold its ports for some moments more:
        its processes are still ending."""
        for _ in range(20):
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    [self.program, "--config", self.config, "serve"],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                if wait_for(self.ready, 60):
                    return
            except RuntimeError:
                if self.process.returncode not in (6, 7):
                    raise
            time.sleep(0.2)
        raise RuntimeError("not ready:\n" + self.logged()[-3000:])

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("ended:\n" + self.logged()[-3000:])
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)
        return self.process.returncode if self.process else None

    def logged(self):
        with open(self.log, encoding="utf-8", errors="replace") as text:
            return text.read()

    def children(self):
        """{role: pid} of the supervisor's processes, by their titles."""
        found = {}
        pid = self.process.pid
        out = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid=,args="],
                             capture_output=True, text=True, check=False)
        for line in out.stdout.splitlines():
            number, title = line.split(None, 1)
            role = re.search(r"waxseal: (\w+)", title)
            found[role.group(1) if role else number] = int(number)
        return found

    # ---- commands ----

    def run(self, *arguments, text=None):
        return subprocess.run(
            [self.program, *arguments, "--data", self.data],
            input=text, capture_output=True, text=True, timeout=300,
            check=False)

    def make_user(self, name="admin"):
        done = self.run("user", "add", name, "--role", "admin",
                        text=PASSWORD + "\n")
        if done.returncode != 0:
            raise RuntimeError("user add: " + done.stderr)
        done = self.run("token", "add", "test", "--scope", "read", "--scope",
                        "upload", "--scope", "admin")
        if done.returncode != 0:
            raise RuntimeError("token add: " + done.stderr)
        self.token = re.search(r"ws_[\w-]+", done.stdout).group(0)

    # ---- HTTP ----

    def request(self, method, path, body=None, headers=None, port=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", port or self.web, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def api(self, method, path, body=None, headers=None):
        """Status and decoded JSON of /api/v1 + path, as the test's token."""
        own = dict(headers or {})
        if self.token:
            own["Authorization"] = "Bearer " + self.token
        if isinstance(body, (dict, list)):
            own["Content-Type"] = "application/json"
            body = json.dumps(body)
        # A test that looks often meets the limit for one address.
        for _ in range(60):
            status, text, _ = self.request(method, "/api/v1" + path, body,
                                           own)
            if status != 429:
                break
            time.sleep(0.5)
        return status, json.loads(text) if text else None

    def intake(self, **filters):
        query = "&".join(f"{k}={v}" for k, v in filters.items())
        status, answer = self.api("GET", "/intake?limit=200&" + query)
        if status != 200:
            raise RuntimeError(f"intake: {status} {answer}")
        return answer["items"]


class Panel(Server):
    """Its dashboard speaks HTTPS."""

    def request(self, method, path, body=None, headers=None, port=None):
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port or self.web, timeout=60, context=context)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()


class Tap:
    """Counts what held, prints it for the test runner."""

    def __init__(self):
        self.n, self.failed = 0, 0

    def ok(self, held, name, *details):
        self.n += 1
        self.failed += not held
        print(f"{'' if held else 'not '}ok {self.n} - {name}", flush=True)
        if not held:
            for detail in details:
                for line in str(detail).splitlines()[-20:]:
                    print(f"#   {line}")
        return held

    def end(self):
        print(f"1..{self.n}")
        return 1 if self.failed else 0
