"""Pebble as the certificate authority, on loopback.

with Lab() as lab, Pebble(room, lab, dns="127.0.0.1:53") as ca:
    ca.directory, ca.ca_file    what a client needs
    ca.http, ca.tls             ports that it validates on
    ca.root()                   the file of the root of what it issues

It refuses every twentieth nonce for no reason, as it does by itself.
"""
import json
import os
import ssl
import subprocess
import urllib.request

from server import free_port, wait_for

NAME = "localhost"


class Names:
    """Every name leads to 127.0.0.1; for what asks no other name server."""

    def __init__(self, room):
        self.port = free_port()
        self.log = open(os.path.join(room, "names.log"), "wb")
        self.process = subprocess.Popen(
            ["pebble-challtestsrv", "-defaultIPv4", "127.0.0.1",
             "-defaultIPv6", "", "-dns01", f"127.0.0.1:{self.port}",
             "-http01", "", "-https01", "", "-tlsalpn01", "",
             "-management", f"127.0.0.1:{free_port()}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()


class Pebble:
    def __init__(self, room, lab, dns, **how):
        """`http`, `tls`: where it validates; `eab`: {kid: key} it asks for;
        `env`: more of its environment."""
        self.room = room
        self.pair = lab.pair("good", NAME)
        self.ca_file = lab.roots
        self.dns = dns
        self.port, self.management = free_port(), free_port()
        self.http = how.get("http") or free_port()
        self.tls = how.get("tls") or free_port()
        self.directory = f"https://{NAME}:{self.port}/dir"
        self.env = {**os.environ, "PEBBLE_VA_NOSLEEP": "1",
                    **how.get("env", {})}
        self.config = os.path.join(room, f"pebble-{self.port}.json")
        settings = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": self.pair.chain, "privateKey": self.pair.key,
            "httpPort": self.http, "tlsPort": self.tls,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": "eab" in how,
        }
        if "eab" in how:
            settings["externalAccountMACKeys"] = how["eab"]
        with open(self.config, "w", encoding="utf-8") as out:
            json.dump({"pebble": settings}, out)
        self.log = os.path.join(room, f"pebble-{self.port}.log")
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["pebble", "-config", self.config, "-dnsserver", self.dns],
                env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)
        if not wait_for(self.ready, 60):
            raise RuntimeError("pebble:\n" + self.logged()[-2000:])

    def stop(self):
        """It forgets everything: accounts, orders, its own root."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def logged(self):
        with open(self.log, encoding="utf-8", errors="replace") as text:
            return text.read()

    def fetch(self, url):
        trust = ssl.create_default_context(cafile=self.ca_file)
        with urllib.request.urlopen(url, timeout=20, context=trust) as answer:
            return answer.read()

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("pebble:\n" + self.logged()[-2000:])
        try:
            return self.fetch(self.directory)
        except OSError:
            return None

    def root(self):
        path = os.path.join(self.room, f"pebble-{self.port}.root.pem")
        with open(path, "wb") as out:
            out.write(self.fetch(
                f"https://{NAME}:{self.management}/roots/0"))
        return path

    def status(self, serial):
        """"Valid" or "Revoked"; `serial` in hexadecimal."""
        return json.loads(self.fetch(
            f"https://{NAME}:{self.management}/cert-status-by-serial/"
            f"{serial}"))["Status"]
