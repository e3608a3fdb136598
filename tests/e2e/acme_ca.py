"""A certificate authority that does what it is told, over plain HTTP on
loopback: advice on renewal (RFC 9773), profiles, limits, and every way of
misbehaving. Signatures are not looked at here; pebble does that.

    with Authority(room) as ca:
        ca.directory            its URL
        ca.before[PATH] = [Answer(...), ...]    sent once each, instead
        ca.change[PATH] = function(Answer)      done to every right answer
        ca.asked                [(method, path, protected, payload)]
"""
import base64
import http.server
import json
import os
import re
import subprocess
import threading

from tlslab import openssl

CONFIG = """[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
authorityKeyIdentifier = keyid
extendedKeyUsage = serverAuth
"""


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Answer:
    def __init__(self, status=200, body=b"", **headers):
        self.status = status
        self.body = (json.dumps(body).encode()
                     if isinstance(body, (dict, list)) else body)
        self.headers = {k.replace("_", "-"): v for k, v in headers.items()}

    def document(self):
        return json.loads(self.body)


def problem(kind, status=400, detail="words of the authority", **headers):
    return Answer(status, {"type": "urn:ietf:params:acme:error:" + kind,
                           "detail": detail}, **headers)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece

    def log_message(self, *_):
        pass

    def send(self, answer):
        self.send_response(answer.status)
        if self.command == "POST" or self.path == "/nonce":
            self.send_header("Replay-Nonce", self.server.ca.nonce())
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def do_GET(self):
        try:
            self.send(self.server.ca.answer(self.command, self.path, None))
        except OSError:
            pass

    do_HEAD = do_GET

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        jws = json.loads(self.rfile.read(length))
        jws["type"] = self.headers["Content-Type"]
        try:
            self.send(self.server.ca.answer("POST", self.path, jws))
        except OSError:
            pass


class Authority:
    def __init__(self, room, **how):
        """`profiles`: {name: words}; `advice`: (start, end) in RFC 3339."""
        self.room = os.path.join(room, f"ca-{id(self)}")
        os.makedirs(self.room)
        self.profiles = how.get("profiles")
        self.advice = how.get("advice")
        self.before, self.change, self.asked = {}, {}, []
        self.nonces, self.count, self.orders = 0, 0, {}
        self.issued, self.accounts = {}, set()
        self.lock = threading.Lock()
        self.make_root()
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.ca = self
        self.base = f"http://127.0.0.1:{self.http.server_port}"
        self.directory = self.base + "/dir"
        threading.Thread(target=self.http.serve_forever, args=(0.05,),
                         daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    # ---- certificates ----

    def path(self, name):
        return os.path.join(self.room, name)

    def make_root(self):
        with open(self.path("ca.cnf"), "w", encoding="ascii") as out:
            out.write(CONFIG)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stand-in",
                "-config", self.path("ca.cnf"), "-extensions", "ca", "-days",
                "30", "-keyout", self.path("ca.key"), "-out",
                self.path("ca.pem"))

    def sign(self, request, number, serial=None):
        base = self.path(str(number))
        with open(base + ".csr", "wb") as out:
            out.write(request)
        openssl("x509", "-req", "-inform", "DER", "-in", base + ".csr", "-CA",
                self.path("ca.pem"), "-CAkey", self.path("ca.key"), "-days",
                "10", "-extfile", self.path("ca.cnf"), "-extensions", "leaf",
                "-copy_extensions", "copyall", "-set_serial",
                serial or f"0x87{number:08x}", "-out", base + ".pem")
        chain = b""
        for file in (base + ".pem", self.path("ca.pem")):
            with open(file, "rb") as text:
                chain += text.read()
        return chain

    def certificate_id(self, file):
        """RFC 9773 section 4.1, by openssl's own reading of it."""
        done = subprocess.run(["openssl", "x509", "-in", file, "-noout",
                               "-serial", "-ext", "authorityKeyIdentifier"],
                              capture_output=True, text=True, check=True)
        serial = bytes.fromhex(re.search(r"serial=(\w+)", done.stdout)[1])
        if serial[0] & 0x80:
            serial = b"\0" + serial
        key = re.search(r"((?:[0-9A-F]{2}:){19}[0-9A-F]{2})", done.stdout)[1]
        return (base64url(bytes.fromhex(key.replace(":", ""))) + "."
                + base64url(serial))

    # ---- answers ----

    def nonce(self):
        with self.lock:
            self.nonces += 1
            return f"nonce-{self.nonces}"

    def answer(self, method, path, jws):
        protected = payload = None
        if jws:
            protected = json.loads(unbase64(jws["protected"]))
            payload = (json.loads(unbase64(jws["payload"]))
                       if jws["payload"] else "")
        kind = "/" + path.split("/")[1]
        with self.lock:
            self.asked.append((method, path, protected, payload))
            waiting = self.before.get(kind)
            if waiting:
                return waiting.pop(0)
        if jws and (jws["type"] != "application/jose+json"
                    or protected["url"] != self.base + path):
            return problem("malformed")
        handler = getattr(self, "at_" + kind[1:], None)
        answer = (handler(path, protected, payload) if handler
                  else Answer(404))
        if kind in self.change:
            answer = self.change[kind](answer) or answer
        return answer

    def at_dir(self, *_):
        meta = {"termsOfService": self.base + "/terms"}
        if self.profiles:
            meta["profiles"] = self.profiles
        found = {"newNonce": self.base + "/nonce",
                 "newAccount": self.base + "/account",
                 "newOrder": self.base + "/order",
                 "revokeCert": self.base + "/revoke",
                 "keyChange": self.base + "/change", "meta": meta}
        if self.advice:
            found["renewalInfo"] = self.base + "/advice"
        return Answer(200, found)

    def at_nonce(self, *_):
        return Answer(204)

    def at_account(self, _path, protected, payload):
        key = protected["jwk"]["x"]
        known = key in self.accounts
        if not known and payload.get("onlyReturnExisting"):
            return problem("accountDoesNotExist")
        self.accounts.add(key)
        return Answer(200 if known else 201, {"status": "valid"},
                      Location=f"{self.base}/account/{key}")

    def at_order(self, path, _protected, payload):
        if path == "/order":
            with self.lock:
                self.count += 1
                number = self.count
            self.orders[number] = {
                "status": "pending", "identifiers": payload["identifiers"],
                "authorizations": [f"{self.base}/proof/{number}"],
                "finalize": f"{self.base}/finalize/{number}"}
            return Answer(201, self.orders[number],
                          Location=f"{self.base}/order/{number}")
        return Answer(200, self.orders[int(path.split("/")[2])])

    def at_proof(self, path, *_):
        number = int(path.split("/")[2])
        order = self.orders[number]
        status = "pending" if order["status"] == "pending" else "valid"
        return Answer(200, {
            "status": status, "identifier": order["identifiers"][0],
            "challenges": [{
                "type": kind, "status": status,
                "token": f"token-of-sixteen-{number}",
                "url": f"{self.base}/challenge/{number}"}
                for kind in ("http-01", "dns-01", "tls-alpn-01")]})

    def at_challenge(self, path, *_):
        self.orders[int(path.split("/")[2])]["status"] = "ready"
        return Answer(200, {"type": "http-01", "status": "processing"})

    def at_finalize(self, path, _protected, payload):
        number = int(path.split("/")[2])
        self.issued[number] = self.sign(unbase64(payload["csr"]), number)
        self.orders[number].update(
            status="valid", certificate=f"{self.base}/certificate/{number}")
        return Answer(200, self.orders[number])

    def at_certificate(self, path, *_):
        return Answer(200, self.issued[int(path.split("/")[2])])

    def at_advice(self, *_):
        return Answer(200, {"suggestedWindow": {"start": self.advice[0],
                                                "end": self.advice[1]}},
                      Retry_After="21600")

    def at_revoke(self, *_):
        return Answer(200)
