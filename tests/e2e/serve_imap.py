#!/usr/bin/env python3
"""Reports are fetched from a real Dovecot over TLS. TAP.

  serve_imap.py PROGRAM

Three mailboxes: one whose mail is moved after it was taken, one whose mail is
deleted, one whose password is wrong. Needs root and dovecot-imapd.
"""
import getpass
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

import mails
from serve_mail import imported
from server import Server, Tap, free_port, wait_for

CONFIG = """base_dir = {room}/run
state_dir = {room}/state
log_path = {room}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{room}/cert.pem
ssl_key = <{room}/key.pem
ssl_dh =
mail_location = maildir:{room}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
default_internal_user = {internal}
default_login_user = {internal}
default_internal_group = {group}
disable_plaintext_auth = yes
auth_mechanisms = plain
passdb {{
  driver = passwd-file
  args = {room}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={room}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Archive {{
    auto = create
  }}
}}
"""


class Dovecot:
    def __init__(self, room):
        self.room, self.port = room, free_port()
        os.chmod(room, 0o755)
        who = pwd.getpwnam("dovecot")
        for part in ("run", "state", "mail"):
            os.mkdir(os.path.join(room, part))
        os.chown(os.path.join(room, "mail"), who.pw_uid, who.pw_gid)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", os.path.join(room, "key.pem"), "-out",
             os.path.join(room, "cert.pem")], check=True,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(room, "users"), "w", encoding="utf-8") as out:
            out.write("".join(f"{user}:{{PLAIN}}secret\n"
                              for user in ("moved", "deleted", "wrong")))
        import grp
        self.config = os.path.join(room, "dovecot.conf")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(
                room=room, port=self.port, uid=who.pw_uid, gid=who.pw_gid,
                internal=who.pw_name, group=grp.getgrgid(who.pw_gid).gr_name))

    def deliver(self, user, name, message):
        box = os.path.join(self.room, "mail", user)
        for part in ("tmp", "new", "cur"):
            os.makedirs(os.path.join(box, part), exist_ok=True)
        with open(os.path.join(box, "new", name), "wb") as out:
            out.write(message)
        subprocess.run(["chown", "-R", "dovecot:", box], check=True)

    def inbox(self, user):
        box = os.path.join(self.room, "mail", user)
        return [name for part in ("new", "cur")
                for name in os.listdir(os.path.join(box, part))]

    def archive(self, user):
        box = os.path.join(self.room, "mail", user, ".Archive")
        return [name for part in ("new", "cur")
                if os.path.isdir(os.path.join(box, part))
                for name in os.listdir(os.path.join(box, part))]

    def __enter__(self):
        self.process = subprocess.Popen(
            ["dovecot", "-F", "-c", self.config], stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def sections(dovecot, secrets):
    def section(user, more):
        return (f'imap "{user}" {{ host = "localhost" port = {dovecot.port} '
                f'user = "{user}" password_file = "{secrets[user]}" '
                f'ca_file = "{dovecot.room}/cert.pem" poll = "1s" {more} }}\n')
    return (section("moved", 'move_to = "Archive"') +
            section("deleted", "delete = true") + section("wrong", ""))


def main():
    tap = Tap()
    if getpass.getuser() != "root" or not shutil.which("dovecot"):
        print("1..0 # SKIP root and dovecot-imapd are needed")
        return 0
    room = tempfile.mkdtemp(prefix="waxseal-imap-")
    secrets = {}
    try:
        for user in ("moved", "deleted", "wrong"):
            secrets[user] = os.path.join(room, user + ".pw")
            with open(secrets[user], "w", encoding="utf-8") as out:
                out.write("not it\n" if user == "wrong" else "secret\n")
        with Dovecot(room) as dovecot:
            for user in ("moved", "deleted"):
                for n in range(3):
                    dovecot.deliver(user, f"{n}.x",
                                    mails.dmarc_mail(f"{user}-{n}"))
            dovecot.deliver("wrong", "0.x", mails.dmarc_mail("wrong-0"))
            with Server(sys.argv[1],
                        config=sections(dovecot, secrets)) as server:
                check(tap, dovecot, server)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return tap.end()


def check(tap, dovecot, server):
    for user in ("moved", "deleted"):
        for n in range(3):
            item = wait_for(lambda: imported(server, f"{user}-{n}"), 60)
            tap.ok(item and item["door"] == "mailbox",
                   f"message {n} of the mailbox \"{user}\" is taken",
                   server.logged()[-1500:])
        gone = wait_for(lambda: not dovecot.inbox(user), 60)
        tap.ok(gone, f"nothing is left in the inbox of \"{user}\"",
               dovecot.inbox(user))
    tap.ok(len(dovecot.archive("moved")) == 3, "what was moved is in Archive",
           dovecot.archive("moved"))
    dovecot.deliver("moved", "later.x", mails.dmarc_mail("moved-later"))
    tap.ok(wait_for(lambda: imported(server, "moved-later"), 60),
           "mail that comes later is taken at a later turn")
    tap.ok(wait_for(lambda: "imap.login" in server.logged(), 60),
           "a wrong password is told", server.logged()[-1500:])
    tap.ok("not it" not in server.logged() and
           "secret\n" not in server.logged(), "no log line holds a password")
    tap.ok(len(dovecot.inbox("wrong")) == 1 and
           not imported(server, "wrong-0"), "that mailbox is left alone")


if __name__ == "__main__":
    sys.exit(main())
