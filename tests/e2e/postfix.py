"""A real Postfix of its own: its files in one directory, one loopback port."""
import os
import pwd
import subprocess

from server import free_port

MAIN = """compatibility_level = 3.6
queue_directory = {room}/queue
data_directory = {room}/lib
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {room}/postfix.log
maillog_file_prefixes = {room}
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
"""
SERVICES = "/usr/share/postfix/master.cf.dist"


class Postfix:
    """with Postfix(room, more) as postfix: ... postfix.port. `more` are lines
    of main.cf, in which {room}, {uid} and {gid} are filled in. Needs root."""

    def __init__(self, room, more, port=None):
        self.room, self.port = room, port or free_port()
        who = pwd.getpwnam("postfix")
        self.etc = os.path.join(room, "etc")
        for part in ("etc", "queue", "lib", "mail"):
            os.makedirs(os.path.join(room, part))
        for part in ("lib", "mail"):
            os.chown(os.path.join(room, part), who.pw_uid, who.pw_gid)
        os.chmod(room, 0o755)
        with open(os.path.join(self.etc, "main.cf"), "w",
                  encoding="utf-8") as out:
            out.write((MAIN + more).format(room=room, uid=who.pw_uid,
                                           gid=who.pw_gid))
        with open(SERVICES, encoding="utf-8") as text, \
                open(os.path.join(self.etc, "master.cf"), "w",
                     encoding="utf-8") as out:
            out.writelines(self.service(line) for line in text)

    def service(self, line):
        """As it is distributed, but on our port and without a chroot."""
        fields = line.split()
        if line.startswith("smtp      inet"):
            return f"{self.port} inet n - n - - smtpd\n"
        if line[:1].isalpha() and len(fields) >= 8:
            fields[4] = "n"
            return " ".join(fields) + "\n"
        return line

    def command(self, word, check=True):
        done = subprocess.run(["postfix", "-c", self.etc, word],
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"postfix {word}: {done.stderr}"
                               f"{self.logged()}")

    def __enter__(self):
        self.command("start")
        return self

    def __exit__(self, *_):
        self.command("stop", check=False)

    def logged(self):
        try:
            with open(os.path.join(self.room, "postfix.log"),
                      encoding="utf-8") as text:
                return text.read()[-2000:]
        except OSError:
            return ""
