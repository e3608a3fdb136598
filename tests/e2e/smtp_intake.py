#!/usr/bin/env python3
"""The mail role on real sockets: what clients see, what the spool holds. TAP.

  smtp_intake.py PROGRAM

PROGRAM is tests/e2e/intake_alone.c.
"""
import os
import random
import resource
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

COLUMNS = ("id", "client", "helo", "mail_from", "recipients", "domain", "tls",
           "kind", "charset", "octets")
TESTS = []
PROGRAM = sys.argv[1]


def test(function):
    TESTS.append(function)
    return function


class Server:
    """One run of the role on a data directory of its own."""

    def __init__(self, *options, data=None):
        self.holder = None if data else tempfile.TemporaryDirectory()
        self.data = data or self.holder.name
        self.log = open(os.path.join(self.data, "log"), "ab")
        self.child = subprocess.Popen(
            [PROGRAM, "serve", self.data, *options], stdout=subprocess.PIPE,
            stderr=self.log, text=True)
        self.ports = {}
        for _ in range(3):
            name, port = self.child.stdout.readline().split()
            self.ports[name] = int(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        status = self.stop()
        self.log.close()
        if self.holder:
            self.holder.cleanup()
        if status != 0:
            raise AssertionError(f"the role ended with {status}")

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        status = self.child.wait(timeout=60)
        if not self.child.stdout.closed:
            self.rung = int((self.child.stdout.read() or "x 0").split()[1])
            self.child.stdout.close()
        return status

    def connect(self, door="smtp"):
        return Talk(socket.create_connection(
            ("127.0.0.1", self.ports[door]), timeout=30))

    def recipients(self, *pairs):
        subprocess.run([PROGRAM, "recipients", self.data, *pairs], check=True)

    def spool(self):
        return spool(self.data)


def spool(data):
    out = subprocess.run([PROGRAM, "list", data], check=True,
                         stdout=subprocess.PIPE).stdout
    return [dict(zip(COLUMNS, map(bytes.fromhex, line.decode().split(" "))))
            for line in out.splitlines()]


class Talk:
    """A client that can misbehave."""

    def __init__(self, sock):
        self.sock = sock
        self.lines = sock.makefile("rb")

    def send(self, data):
        self.sock.sendall(data)

    def reply(self):
        """The code and the last line of the next reply; "" at the end."""
        while True:
            try:
                line = self.lines.readline()
            except ConnectionResetError:
                return ""
            if len(line) < 4 or line[3:4] != b"-":
                return line.decode().rstrip("\r\n")

    def say(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def expect(self, *codes):
        for code in codes:
            line = self.reply()
            if not line.startswith(code):
                raise AssertionError(f"{line!r}, not {code}")

    def begin(self, to="reports@localhost", hello="EHLO c"):
        self.expect("220")
        self.send(f"{hello}\r\nMAIL FROM:<a@b>\r\nRCPT TO:<{to}>\r\nDATA\r\n"
                  .encode())
        self.expect("250", "250", "250", "354")

    def close(self):
        self.lines.close()
        self.sock.close()


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"got {got!r}, wanted {wanted!r}")


def starts(line, code):
    if not line.startswith(code):
        raise AssertionError(f"{line!r} does not begin with {code!r}")


def wait_for(ask, code):
    """Asks until the answer begins with the code, some seconds long."""
    for _ in range(30):
        line = ask()
        if line.startswith(code):
            return
        time.sleep(0.2)
    raise AssertionError(f"{line!r}, and never {code}")


@test
def a_message_is_kept_as_it_came_with_its_envelope():
    body = b"Subject: \xe6\r\n\r\n..dots\r\n.x\r\nbare\nlf\r\n" + bytes(
        range(1, 256)) + b"\r\n"
    with Server("trusted=0") as server:
        server.recipients("tok1", "one.example")
        client = server.connect()
        client.expect("220 mx.example.net ESMTP")
        client.send(b"EHLO mail.example.com\r\nMAIL FROM:<s@example.com> "
                    b"SIZE=500 BODY=8BITMIME\r\nRCPT TO:<tok1@localhost>\r\n"
                    b"RCPT TO:<postmaster>\r\nDATA\r\n")
        client.expect("250", "250", "250", "250", "354")
        client.send(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        reply = client.reply()
        starts(reply, "250 2.0.0 Ok: queued as ")
        starts(client.say("QUIT"), "221")
        same(client.reply(), "")
        client.close()
        entries = server.spool()
        same(len(entries), 1)
        entry = entries[0]
        same(entry["octets"], body)
        same(entry["id"].decode(), reply.rsplit(" ", 1)[1])
        same(entry["client"], b"127.0.0.1")
        same(entry["helo"], b"mail.example.com")
        same(entry["mail_from"], b"s@example.com")
        same(entry["recipients"], b"tok1@localhost postmaster")
        same(entry["domain"], b"one.example")
        same((entry["tls"], entry["kind"], entry["charset"]),
             (b"", b"smtp", b"ascii"))


@test
def one_line_of_six_megabytes_is_taken():
    line = b"QUJD" * (6 << 18)
    mail = b"From: dmarcreport@microsoft.com\r\n\r\n" + line + b"\r\n"
    with Server() as server:
        with smtplib.SMTP("127.0.0.1", server.ports["smtp"]) as client:
            client.sendmail("", ["reports@mx.example.net"], mail)
        same([e["octets"] == mail for e in server.spool()], [True])


@test
def tls_is_spoken_and_described():
    with Server() as server:
        context = ssl._create_unverified_context()
        with smtplib.SMTP("127.0.0.1", server.ports["smtp"]) as client:
            client.starttls(context=context)
            same(client.has_extn("starttls"), False)
            client.ehlo()
            same(client.has_extn("starttls"), False)
            same(client.docmd("STARTTLS")[0], 503)
            client.sendmail("a@b", ["reports@localhost"], b"x\r\n",
                            mail_options=["SMTPUTF8"])
        entry = server.spool()[0]
        starts(entry["tls"].decode(), "TLSv1.")
        same(entry["charset"], b"utf8")


@test
def commands_behind_starttls_are_never_obeyed():
    with Server() as server:
        client = server.connect()
        client.expect("220")
        starts(client.say("EHLO c"), "250")
        client.send(b"STARTTLS\r\nRSET\r\n")
        same(client.reply(), "")
        client.close()


@test
def recipients_are_judged_by_the_index_of_the_moment():
    with Server("delay_ms=100") as server:
        client = server.connect()
        client.expect("220")
        client.say("HELO c")
        client.say("MAIL FROM:<>")
        starts(client.say("RCPT TO:<new@localhost>"), "550 5.1.1")
        starts(client.say("RCPT TO:<x@elsewhere.example>"), "550 5.7.1")
        starts(client.say("RCPT TO:<postmaster@[127.0.0.1]>"), "550 5.7.1")
        starts(client.say("DATA"), "554 5.5.1")
        server.recipients("new", "one.example")
        server.child.send_signal(signal.SIGHUP)
        wait_for(lambda: client.say("RCPT TO:<NEW@LOCALHOST>"), "250")
        server.recipients("newer", "one.example")
        wait_for(lambda: client.say(
            "RCPT TO:<@a,@b:dmarc+newer@mx.example.net>"), "250")
        starts(client.say("RCPT TO:<new@localhost>"), "550 5.1.1")
        client.close()


@test
def a_pipelined_burst_keeps_its_order():
    with Server() as server:
        client = server.connect()
        client.expect("220")
        group = (b"MAIL FROM:<a@b>\r\nRCPT TO:<reports@localhost>\r\n"
                 b"DATA\r\n%d\r\n.\r\n")
        client.send(b"EHLO c\r\n" + b"".join(group % i for i in range(200)) +
                    b"QUIT\r\n")
        client.expect("250", *["250", "250", "354", "250"] * 200, "221")
        client.close()
        same([e["octets"] for e in server.spool()],
             [b"%d\r\n" % i for i in range(200)])


@test
def messages_that_end_together_share_a_sync_and_ring_once():
    with Server() as server:
        clients = [server.connect() for _ in range(40)]
        for client in clients:
            client.begin()
            client.send(b"x\r\n")
        server.child.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        for client in clients:
            client.send(b".\r\n")
        time.sleep(0.1)
        server.child.send_signal(signal.SIGCONT)
        for client in clients:
            client.expect("250")
            client.close()
        same(server.stop(), 0)
        same(len(server.spool()), 40)
        # Events are handed out by the dozen.
        if not 1 <= server.rung <= 5:
            raise AssertionError(f"rang {server.rung} times")


@test
def too_many_messages_at_a_time_are_put_off():
    with Server("messages=1") as server:
        one, two = server.connect(), server.connect()
        one.begin()
        two.expect("220")
        two.send(b"HELO c\r\nMAIL FROM:<>\r\n"
                 b"RCPT TO:<reports@localhost>\r\nDATA\r\n")
        two.expect("250", "250", "250", "451 4.3.0")
        one.send(b"x\r\n.\r\n")
        one.expect("250")
        two.send(b"MAIL FROM:<>\r\nRCPT TO:<reports@localhost>\r\nDATA\r\n")
        two.expect("250", "250", "354")
        one.close()
        two.close()


@test
def who_says_that_nothing_more_comes_is_still_answered():
    with Server() as server:
        client = server.connect()
        client.begin()
        client.send(b"x\r\n.\r\n")
        client.sock.shutdown(socket.SHUT_WR)
        client.expect("250 2.0.0")
        same(client.reply(), "")
        client.close()


@test
def nothing_is_smuggled_over_a_real_socket():
    second = b"MAIL FROM:<evil@b>\r\nRCPT TO:<reports@localhost>\r\nDATA\r\n"
    endings = (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r",
               b"\r.\r\n", b"\r.\n", b"\n.\r", b"\r\n\0.\r\n", b"\r\n.\0\r\n")
    with Server() as server:
        for ending in endings:
            client = server.connect()
            client.begin()
            client.send(b"x" + ending + second + b"y\r\n.\r\n")
            client.expect("250")
            starts(client.say("QUIT"), "221")
            client.close()
        entries = server.spool()
        same(len(entries), len(endings))
        same([second in e["octets"] for e in entries],
             [True] * len(endings))


@test
def lmtp_and_trusted_peers_tell_the_client():
    with Server() as server:
        client = server.connect("lmtp")
        client.expect("220 mx.example.net LMTP")
        starts(client.say("LHLO relay"), "250")
        starts(client.say("XFORWARD NAME=x ADDR=192.0.2.7 HELO=out.example"),
               "250")
        client.send(b"MAIL FROM:<a@b>\r\nRCPT TO:<reports@localhost>\r\n"
                    b"RCPT TO:<tlsrpt@localhost>\r\nDATA\r\nx\r\n.\r\n")
        client.expect("250", "250", "250", "354", "250", "250")
        client.close()
        client = server.connect()
        client.expect("220")
        starts(client.say("XCLIENT ADDR=IPV6:2001:db8::9 HELO=far.example"),
               "220")
        client.send(b"EHLO relay\r\nMAIL FROM:<a@b>\r\n"
                    b"RCPT TO:<reports@localhost>\r\nDATA\r\ny\r\n.\r\n")
        client.expect("250", "250", "250", "354", "250")
        client.close()
        same([(e["client"], e["helo"], e["kind"]) for e in server.spool()],
             [(b"192.0.2.7", b"out.example", b"lmtp"),
              (b"2001:db8::9", b"far.example", b"smtp")])


@test
def whoever_hands_on_without_a_word_is_not_the_client():
    with Server() as server:
        for greeting in (b"EHLO relay\r\n", b"EHLO relay\r\nXFORWARD "
                         b"ADDR=[UNAVAILABLE]\r\n"):
            client = server.connect()
            client.expect("220")
            client.send(greeting + b"MAIL FROM:<a@b>\r\n"
                        b"RCPT TO:<reports@localhost>\r\nDATA\r\ny\r\n.\r\n")
            client.expect(*["250"] * (greeting.count(b"\n") + 2), "354",
                          "250")
            client.close()
        same([e["client"] for e in server.spool()], [b"", b""])


@test
def a_stranger_may_not_speak_for_others():
    with Server("trusted=0") as server:
        client = server.connect()
        client.expect("220")
        starts(client.say("XCLIENT ADDR=192.0.2.1"), "550 5.7.0")
        client.close()
        client = server.connect("proxy")
        client.send(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n")
        same(client.reply(), "")
        client.close()


@test
def a_balancer_tells_the_client_by_proxy_headers():
    v2 = (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\5\xc0\0\2\6"
          b"\x10\0\0\x19")
    with Server() as server:
        for header in (b"PROXY TCP6 2001:db8::5 ::1 4000 25\r\n", v2):
            client = server.connect("proxy")
            client.send(header[:9])
            time.sleep(0.05)
            client.send(header[9:])
            client.begin()
            client.send(b"x\r\n.\r\n")
            client.expect("250")
            client.close()
        client = server.connect("proxy")
        client.send(b"EHLO c\r\n")
        same(client.reply(), "")
        client.close()
        same([e["client"] for e in server.spool()],
             [b"2001:db8::5", b"192.0.2.5"])


@test
def limits_answer_421_and_leave_others_alone():
    with Server("trusted=0", "per_address=2") as server:
        clients = [server.connect() for _ in range(3)]
        clients[0].expect("220")
        clients[1].expect("220")
        clients[2].expect("421 4.3.2")
        same(clients[2].reply(), "")
        clients.pop().close()
        clients.pop().close()

        def once_more():
            clients.append(server.connect())
            return clients[-1].reply()
        wait_for(once_more, "220")
        for client in clients:
            client.close()
    with Server("connections=1") as server:
        one, two = server.connect(), server.connect()
        one.expect("220")
        two.expect("421 4.3.2")
        one.close()
        two.close()


@test
def guessing_recipients_is_slow():
    with Server("trusted=0", "delay_ms=700") as server:
        client = server.connect()
        client.expect("220")
        client.say("HELO c")
        client.say("MAIL FROM:<>")
        begun = time.monotonic()
        for i in range(5):
            starts(client.say(f"RCPT TO:<guess{i}@localhost>"), "550 5.1.1")
        starts(client.say("RCPT TO:<reports@localhost>"), "250")
        if time.monotonic() - begun < 1.4:
            raise AssertionError("not slow")
        client.close()


@test
def silence_ends_a_session_with_421():
    with Server("idle_ms=2000", "data_ms=2000") as server:
        idle, busy = server.connect(), server.connect()
        busy.begin()
        busy.send(b"half")
        idle.expect("220", "421 4.4.2")
        busy.expect("421 4.4.2")
        idle.close()
        busy.close()
        same(server.spool(), [])


@test
def a_message_too_large_is_refused_and_the_next_taken():
    with Server("size_max=1000") as server:
        client = server.connect()
        client.expect("220")
        client.say("EHLO c")
        starts(client.say("MAIL FROM:<> SIZE=1001"), "552 5.3.4")
        client.send(b"MAIL FROM:<>\r\nRCPT TO:<reports@localhost>\r\nDATA\r\n"
                    + b"x" * 1200 + b"\r\n.\r\nMAIL FROM:<>\r\n"
                    b"RCPT TO:<reports@localhost>\r\nDATA\r\nok\r\n.\r\n")
        client.expect("250", "250", "354", "552 5.3.4", "250", "250", "354",
                      "250")
        client.close()
        same([e["octets"] for e in server.spool()], [b"ok\r\n"])


@test
def a_full_spool_is_told_as_452():
    with Server("limit=200000") as server:
        codes = []
        for _ in range(6):
            client = server.connect()
            client.expect("220")
            client.send(b"HELO c\r\nMAIL FROM:<>\r\n"
                        b"RCPT TO:<reports@localhost>\r\nDATA\r\n")
            client.expect("250", "250", "250")
            code = client.reply()
            if code.startswith("354"):
                client.send(b"x" * 100000 + b"\r\n.\r\n")
                code = client.reply()
            codes.append(code[:9])
            client.close()
            time.sleep(1.1)
        same(codes[0], "250 2.0.0")
        same(codes[-1], "452 4.3.1")
        same(len(server.spool()), codes.count("250 2.0.0"))


@test
def a_stop_lets_messages_under_way_finish():
    with Server() as server:
        idle, busy = server.connect(), server.connect()
        idle.expect("220")
        busy.begin()
        server.child.send_signal(signal.SIGTERM)
        idle.expect("421 4.3.2")
        same(idle.reply(), "")
        busy.send(b"x\r\n.\r\n")
        busy.expect("250 2.0.0", "421 4.3.2")
        same(server.child.wait(timeout=30), 0)
        idle.close()
        busy.close()
        same(len(server.spool()), 1)


@test
def a_stop_does_not_wait_for_ever():
    with Server("grace_ms=500") as server:
        busy = server.connect()
        busy.begin()
        begun = time.monotonic()
        server.child.send_signal(signal.SIGTERM)
        same(server.child.wait(timeout=30), 0)
        if time.monotonic() - begun > 10:
            raise AssertionError("too long")
        busy.close()


def send_until_killed(port, worker, acknowledged):
    number = 0
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            while True:
                mail = b"%d-%d-%d\r\n" % (os.getpid(), worker, number)
                # Some beyond what is held in memory.
                if number % 20 == 19:
                    mail += b"x" * 400000 + b"\r\n"
                client.sendmail("a@b", ["reports@localhost"], mail)
                acknowledged.append(mail)
                number += 1
    except (OSError, smtplib.SMTPException):
        pass


@test
def what_was_answered_250_survives_kill_9():
    dice = random.Random(20261122)
    for _ in range(8):
        with tempfile.TemporaryDirectory() as data:
            server = Server(data=data)
            acknowledged = []
            workers = [threading.Thread(target=send_until_killed, args=(
                server.ports["smtp"], i, acknowledged)) for i in range(4)]
            for worker in workers:
                worker.start()
            time.sleep(dice.uniform(0.2, 0.8))
            server.child.kill()
            server.child.wait()
            server.child.stdout.close()
            for worker in workers:
                worker.join()
            server.log.close()
            kept = [e["octets"] for e in spool(data)]
            same(len(kept), len(set(kept)))
            same([m[:40] for m in acknowledged if m not in set(kept)], [])
            if not acknowledged:
                raise AssertionError("nothing was acknowledged")


@test
def the_spool_is_taken_up_again_after_a_kill():
    with tempfile.TemporaryDirectory() as data:
        for i in range(2):
            server = Server(data=data)
            with smtplib.SMTP("127.0.0.1", server.ports["smtp"]) as client:
                client.sendmail("", ["reports@localhost"], b"%d\r\n" % i)
            server.child.kill()
            server.child.wait()
            server.child.stdout.close()
            server.log.close()
        same([e["octets"] for e in spool(data)], [b"0\r\n", b"1\r\n"])


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@test
def a_thousand_idle_connections_are_cheap():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Server() as server:
        before = resident(server.child.pid)
        clients = [server.connect() for _ in range(1000)]
        for client in clients:
            client.expect("220")
            starts(client.say("EHLO c"), "250")
        cost = resident(server.child.pid) - before
        print(f"# {cost >> 10} KiB for 1,000 connections")
        for client in clients:
            client.close()
        if cost > 64 << 20:
            raise AssertionError(f"{cost} bytes")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def main():
    failed = 0
    print(f"1..{len(TESTS)}", flush=True)
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        begun = time.monotonic()
        try:
            function()
            print(f"ok {number} - {name} "
                  f"# {time.monotonic() - begun:.1f} s", flush=True)
        except Exception as error:  # each failure is told, none stops others
            failed += 1
            print(f"not ok {number} - {name}\n# {error!r}", flush=True)
    return 1 if failed else 0


sys.exit(main())
