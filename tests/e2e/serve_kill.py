#!/usr/bin/env python3
"""Kills processes of a running server while reports pour in. TAP.

  serve_kill.py PROGRAM ROUNDS

Several clients send reports by SMTP and by upload. At a random instant one
process of the server, or all of it, gets kill -9. In the end every message
that was answered 250 or 201 is in the store exactly once, and nothing else is
that was not sent.
"""
import collections
import gzip
import http.client
import json
import os
import random
import signal
import smtplib
import sys
import threading
import time

import mails
from server import Server, Tap, wait_for

SEED = 20261122
ROWS = 2


class Load:
    """Clients that send, each with its own ids, and remember the answers."""

    def __init__(self, server):
        self.server = server
        self.acknowledged, self.sent = [], set()
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(kind, n))
                        for kind in (self.by_smtp, self.by_upload)
                        for n in range(2)]

    def run(self, kind, n):
        count = 0
        while not self.stop.is_set():
            name = f"{kind.__name__}-{n}-{count}"
            count += 1
            with self.lock:
                self.sent.add(name)
            try:
                if kind(name):
                    with self.lock:
                        self.acknowledged.append(name)
            except (OSError, smtplib.SMTPException,
                    http.client.HTTPException):
                time.sleep(0.05)

    def by_smtp(self, name):
        with smtplib.SMTP("127.0.0.1", self.server.smtp,
                          timeout=20) as client:
            client.sendmail("r@receiver.example", ["reports@reports.test"],
                            mails.dmarc_mail(name, rows=ROWS))
        return True

    def by_upload(self, name):
        body = gzip.compress(mails.dmarc_xml(name, rows=ROWS))
        status, _, _ = self.server.request(
            "POST", "/api/v1/reports", body,
            {"Authorization": "Bearer " + self.server.token,
             "X-File-Name": name + ".gz"})
        return status == 201

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)


def stored(server):
    """How often each report id is in the store."""
    found, cursor = collections.Counter(), ""
    while True:
        done = server.run("report", "list", "--json", "--limit", "1000",
                          *(["--cursor", cursor] if cursor else []))
        if done.returncode != 0:
            raise RuntimeError("report list: " + done.stderr)
        page = json.loads(done.stdout)
        found.update(r["report_id"] for r in page["reports"])
        cursor = page["next"]
        if not cursor:
            return found


def kill_one(server, dice):
    """Any process below the supervisor, or the supervisor with all of them;
    what was killed."""
    victims = []
    for parent in (server.process.pid, *server.children().values()):
        try:
            with open(f"/proc/{parent}/task/{parent}/children",
                      encoding="ascii") as text:
                victims += [int(pid) for pid in text.read().split()]
        except OSError:
            continue
    if not victims or dice.random() < 0.15:
        server.process.kill()
        server.process.wait()
        server.start()
        return "all of it"
    victim = dice.choice(sorted(set(victims)))
    try:
        with open(f"/proc/{victim}/cmdline", "rb") as text:
            title = text.read().replace(b"\0", b" ").decode().strip()
        os.kill(victim, signal.SIGKILL)
    except OSError:
        return "nobody"
    return title[:60]


def main():
    program, rounds = sys.argv[1], int(sys.argv[2])
    dice = random.Random(SEED)
    tap = Tap()
    killed = collections.Counter()
    with Server(program) as server:
        with Load(server) as load:
            for _ in range(rounds):
                time.sleep(dice.uniform(0.02, 0.5))
                killed[kill_one(server, dice)] += 1
                if not wait_for(server.ready, 60):
                    tap.ok(False, "it comes back", server.logged()[-2000:])
                    return tap.end()
        expected = set(load.acknowledged)
        wait_for(lambda: expected <= set(stored(server)), 240, every=0.5)
        found = stored(server)
        lost = expected - set(found)
        twice = [name for name, n in found.items() if n > 1]
        strange = set(found) - load.sent
        for victim, n in sorted(killed.items()):
            print(f"# killed {n} times: {victim}")
        tap.ok(len(expected) >= rounds, "the load was a load",
               f"{len(expected)} acknowledged")
        tap.ok(not lost, f"all {len(expected)} acknowledged are there",
               f"{len(lost)} are not: {sorted(lost)[:5]}",
               sorted(os.listdir(os.path.join(server.data, "spool"))),
               server.logged()[-1500:])
        tap.ok(not twice, "none is there twice", twice[:5])
        tap.ok(not strange, "nothing is there that nobody sent",
               sorted(strange)[:5])
        done = server.run("report", "query", "--json", "--range", "all",
                          "--trust", "any")
        total = json.loads(done.stdout)["totals"]["messages"]
        tap.ok(total == len(found) * mails.messages_of(ROWS),
               "the messages counted are those of the reports",
               total, len(found))
        server.stop()
        done = server.run("store", "check")
        tap.ok(done.returncode == 0, "the store is sound", done.stdout)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
