"""Web and mail servers on loopback with every fault a certificate can have.

with Lab() as lab:
    server = lab.web("expired", "mta-sts.example.test", http_answer(POLICY))
    ... lab.roots is a PEM file with the one root to trust; server.port

`fault` is one of FAULTS. Everything stops with the lab.
"""
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time

POLICY = (b"version: STSv1\r\nmode: enforce\r\nmx: *.example.test\r\n"
          b"max_age: 604800\r\n")

# What differs from a sound certificate for `name`; see Lab.pair. Those of
# SERVER_FAULTS have a sound one.
CERT_FAULTS = {
    "good": {},
    "wrong_name": {"names": ["other.example"]},
    "cn_only": {"names": []},
    "expired": {"start": -60, "end": -2},
    "not_yet_valid": {"start": 2, "end": 60},
    "expires_soon": {"start": -60, "end": 3},
    "self_signed": {"issuer": None},
    "unknown_root": {"issuer": "stranger"},
    "incomplete": {"bare": True},
    "forged": {"forged": True},
    "revoked": {"revoked": True},
    "rsa2048": {"key": "rsa:2048"},
    "rsa1024": {"key": "rsa:1024"},
    "sha1": {"digest": "sha1"},
    "wildcard": {"wild": 1},
    "wildcard_deep": {"wild": 2},
}
SERVER_FAULTS = ("client_asked", "client_needed", "client_needed_tls12",
                 "unrecognized_name", "tls10", "tls11", "tls12", "no_cipher",
                 "stall", "plain", "hang_up")
FAULTS = tuple(CERT_FAULTS) + SERVER_FAULTS

CONFIG = """[ca]
default_ca = one
[one]
new_certs_dir = {room}
database = {room}/index.txt
rand_serial = yes
policy = any
unique_subject = no
default_md = sha256
[any]
commonName = optional
organizationName = optional
[req]
distinguished_name = empty
[empty]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""
LEAF = """[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
"""


def http_answer(body, status="200 OK", kind="text/plain", more=()):
    """One whole answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more]
    if kind:
        lines.append(f"Content-Type: {kind}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def openssl(*words):
    done = subprocess.run(["openssl", *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(words)}: {done.stderr}")


def when(days):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time()
                                                      + days * 86400))


def forge(path):
    """Another signature than the one that was made."""
    with open(path, encoding="ascii") as file:
        der = bytearray(ssl.PEM_cert_to_DER_cert(file.read()))
    der[-1] ^= 1
    with open(path, "w", encoding="ascii") as file:
        file.write(ssl.DER_cert_to_PEM_cert(bytes(der)))


class Pair:
    """Files of a certificate chain (leaf first) and its key."""

    def __init__(self, chain, key):
        self.chain, self.key = chain, key


class Authority:
    """A root and, under it, what signs the leaves."""

    def __init__(self, room, name):
        self.room, self.name, self.count = os.path.join(room, name), name, 0
        os.makedirs(self.room)
        with open(self.path("index.txt"), "w", encoding="utf-8"):
            pass
        self.write("ca.cnf", CONFIG.format(room=self.room))
        self.root = self.authority("root", None)
        self.inter = self.authority("inter", self.root)

    def path(self, name):
        return os.path.join(self.room, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def key(self, kind):
        self.count += 1
        path = self.path(f"{self.count}.key")
        words = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        if kind.startswith("rsa:"):
            words = ["-algorithm", "RSA", "-pkeyopt",
                     "rsa_keygen_bits:" + kind[4:]]
        openssl("genpkey", "-quiet", *words, "-out", path)
        return path

    def sign(self, key, subject, issuer, extensions, dates, digest="sha256"):
        """The certificate's file; `issuer` None: by its own key."""
        self.count += 1
        request = self.path(f"{self.count}.csr")
        out = self.path(f"{self.count}.pem")
        openssl("req", "-new", "-key", key, "-subj", subject, "-config",
                self.path("ca.cnf"), "-out", request)
        by = (["-selfsign", "-keyfile", key] if issuer is None else
              ["-cert", issuer.chain, "-keyfile", issuer.key])
        openssl("ca", "-batch", "-notext", "-config", self.path("ca.cnf"),
                "-in", request, "-out", out, "-md", digest,
                "-startdate", when(dates[0]), "-enddate", when(dates[1]),
                *extensions, *by)
        return out

    def authority(self, kind, issuer):
        key = self.key("ec")
        return Pair(self.sign(key, f"/O=Waxseal tests/CN={self.name} {kind}",
                              issuer, ["-extensions", "authority"],
                              (-400, 3650)), key)

    def revoke(self, leaf):
        """Says so in a list beside the root, for whoever reads it."""
        by = ["-config", self.path("ca.cnf"), "-cert", self.inter.chain,
              "-keyfile", self.inter.key]
        self.count += 1
        out = self.path(f"{self.count}.crl")
        openssl("ca", *by, "-revoke", leaf)
        openssl("ca", *by, "-gencrl", "-crldays", "30", "-out", out)
        with open(self.root.chain, "a", encoding="utf-8") as roots, \
                open(out, encoding="utf-8") as crl:
            roots.write(crl.read())

    def leaf(self, common, how):
        key = self.key(how.get("key", "ec"))
        names = how["names"]
        text = LEAF
        if names:
            text += "subjectAltName = " + ", ".join("DNS:" + n for n in names)
        self.count += 1
        file = self.write(f"{self.count}.ext", text + "\n")
        issuer = None if how.get("issuer", "") is None else self.inter
        leaf = self.sign(key, f"/CN={common}", issuer,
                         ["-extfile", file, "-extensions", "leaf"],
                         (how.get("start", -1), how.get("end", 90)),
                         how.get("digest", "sha256"))
        if how.get("forged"):
            forge(leaf)
        if how.get("revoked"):
            self.revoke(leaf)
        if issuer and not how.get("bare"):
            with open(leaf, "a", encoding="utf-8") as out, \
                    open(self.inter.chain, encoding="utf-8") as more:
                out.write(more.read())
        return Pair(leaf, key)


class Server:
    """Threads that serve until closed. `heard` is what clients said, `names`
    their SNI."""

    def __init__(self, talk, host="127.0.0.1", port=0, backlog=64):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.talk, self.heard, self.names = talk, [], []
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.socket.listen(backlog)
        self.host, self.port = self.socket.getsockname()[:2]
        self.open, self.most = set(), 0
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                conn = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(conn,),
                             daemon=True).start()

    def serve(self, conn):
        with self.lock:
            self.open.add(conn)
            self.most = max(self.most, len(self.open))
        try:
            conn.settimeout(30)
            self.talk(self, conn)
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.open.discard(conn)
            conn.close()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes accept
        except OSError:
            pass
        self.socket.close()
        with self.lock:
            for conn in self.open:
                try:
                    conn.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


def stall(conn):
    """Until the other side has gone."""
    try:
        while conn.recv(4096):
            pass
    except OSError:
        pass


class Lab:
    def __init__(self, room=None):
        self.owned = None if room else tempfile.TemporaryDirectory()
        self.room = room or self.owned.name
        self.known = Authority(self.room, "known")
        self.stranger = None
        self.roots = self.known.root.chain
        self.pairs, self.servers = {}, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.close()
        if self.owned:
            self.owned.cleanup()

    # ---- certificates ----

    def pair(self, fault, name):
        """A certificate for `name` with that fault."""
        if fault not in CERT_FAULTS:
            fault = "good"
        if (fault, name) not in self.pairs:
            how = dict(CERT_FAULTS[fault])
            how.setdefault("names", [name])
            if "wild" in how:
                how["names"] = ["*." + name.split(".", how["wild"])[-1]]
            by = self.known
            if how.get("issuer") == "stranger":
                self.stranger = self.stranger or Authority(self.room,
                                                           "stranger")
                by = self.stranger
            self.pairs[fault, name] = by.leaf(name, how)
        return self.pairs[fault, name]

    def context(self, fault, name):
        pair = self.pair(fault, name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(pair.chain, pair.key)
        if fault.startswith("client_"):
            context.load_verify_locations(self.roots)
            context.verify_mode = (ssl.CERT_OPTIONAL
                                   if fault == "client_asked"
                                   else ssl.CERT_REQUIRED)
        only = {"tls10": ssl.TLSVersion.TLSv1, "tls11": ssl.TLSVersion.TLSv1_1,
                "tls12": ssl.TLSVersion.TLSv1_2,
                "no_cipher": ssl.TLSVersion.TLSv1_2,
                "client_needed_tls12": ssl.TLSVersion.TLSv1_2}.get(fault)
        if fault == "no_cipher":
            context.set_ciphers("PSK-AES128-GCM-SHA256")
        if only:
            context.minimum_version = context.maximum_version = only
        return context

    def secure(self, server, conn, fault, context):
        """TLS on `conn`, or None where the fault is that there is none."""
        if fault == "stall":
            stall(conn)
            return None
        if fault == "hang_up":
            return None
        if fault == "plain":
            conn.recv(4096)  # not before TLS was begun
            conn.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            return None

        def named(_socket, name, _context):
            server.names.append(name)
            if fault == "unrecognized_name":
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            return None

        context.sni_callback = named
        return context.wrap_socket(conn, server_side=True)

    # ---- servers ----

    def serve(self, talk, **where):
        server = Server(talk, **where)
        self.servers.append(server)
        return server

    def web(self, fault, name, answer=http_answer(POLICY), **where):
        """HTTPS. `answer`: bytes, sent before closing, or a function of the
        connection that does as it likes."""
        context = self.context(fault, name)

        def talk(server, conn):
            tls = self.secure(server, conn, fault, context)
            if not tls:
                return
            with tls:
                request = b""
                while b"\r\n\r\n" not in request:
                    more = tls.recv(65536)
                    if not more:
                        return
                    request += more
                server.heard.append(request)
                if callable(answer):
                    answer(tls)
                    return
                tls.sendall(answer)
                tls.unwrap()

        return self.serve(talk, **where)

    def mx(self, fault, name, how=None, **where):
        """A mail server. `how`: banner, ehlo (its lines), after (those under
        TLS), starttls (the reply), inject (bytes behind it), stall (a verb,
        or "BANNER", that gets no answer), hang_up (the same), delay
        (seconds before each answer)."""
        how = how or {}
        context = self.context(fault, name)
        offers = how.get("ehlo", [name, "PIPELINING", "SIZE 10240000",
                                  "STARTTLS", "8BITMIME", "SMTPUTF8"])
        after = how.get("after", [x for x in offers if x != "STARTTLS"])

        def reply(conn, verb, text):
            if how.get("stall") == verb:
                stall(conn)
                return False
            if how.get("hang_up") == verb:
                return False
            time.sleep(how.get("delay", 0))
            conn.sendall(text)
            return True

        def ehlo(lines):
            text = "".join(f"250-{x}\r\n" for x in lines[:-1])
            return (text + f"250 {lines[-1]}\r\n").encode()

        def talk(server, conn):
            lines, secured = conn.makefile("rb"), False
            if not reply(conn, "BANNER", how.get(
                    "banner", f"220 {name} ESMTP\r\n".encode())):
                return
            while True:
                line = lines.readline(4096).strip()
                if not line:
                    return
                server.heard.append(line.decode("latin-1"))
                verb = line.split()[0].upper().decode("latin-1")
                if verb == "EHLO":
                    if not reply(conn, "EHLO" + ("2" if secured else ""),
                                 ehlo(after if secured else offers)):
                        return
                elif verb == "STARTTLS" and not secured:
                    text = how.get("starttls", b"220 go ahead\r\n")
                    if not reply(conn, verb, text + how.get("inject", b"")):
                        return
                    if text[:3] != b"220":
                        continue
                    conn = self.secure(server, conn, fault, context)
                    if not conn:
                        return
                    lines, secured = conn.makefile("rb"), True
                elif verb == "QUIT":
                    conn.sendall(b"221 bye\r\n")
                    return
                else:
                    conn.sendall(b"502 not here\r\n")

        return self.serve(talk, **where)

    def full(self, host="127.0.0.1"):
        """A port at which connections are not answered."""
        first = socket.socket()
        first.bind((host, 0))
        first.listen(0)
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(first.getsockname())
            waiting.append(one)

        class Full:
            port = first.getsockname()[1]

            @staticmethod
            def close():
                for one in (first, *waiting):
                    one.close()

        self.servers.append(Full)
        return Full
