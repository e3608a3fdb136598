"""What the owner of a name runs: port 80, port 443 and a name server while an
authority looks. All read what acme_alone has put into a directory."""
import os
import ssl
import struct

from tlslab import http_answer, openssl

ALPN = "acme-tls/1"
EXTENSION = "1.3.6.1.5.5.7.1.31"
WELL_KNOWN = "/.well-known/acme-challenge/"


class Owner:
    def __init__(self, room, lab):
        self.room = os.path.join(room, "serve")
        self.paths = []  # asked for on port 80
        self.answer = None  # instead of the right one
        self.count = 0
        os.makedirs(self.room, exist_ok=True)
        self.web = lab.serve(self.plain)
        self.tls = lab.serve(self.secure)

    def left(self):
        """What is still served."""
        return [n for n in os.listdir(self.room)
                if not n.endswith((".pem", ".key", ".cnf"))]

    # ---- http-01 ----

    def plain(self, _server, conn):
        asked = b""
        while b"\r\n\r\n" not in asked:
            piece = conn.recv(4096)
            if not piece:
                return
            asked += piece
        path = asked.split(b" ")[1].decode()
        self.paths.append(path)
        file = os.path.join(self.room, os.path.basename(path))
        if not path.startswith(WELL_KNOWN) or not os.path.isfile(file):
            conn.sendall(http_answer(b"", "404 Not Found"))
            return
        with open(file, "rb") as text:
            body = text.read() if self.answer is None else self.answer
        conn.sendall(http_answer(body, kind="application/octet-stream"))

    # ---- tls-alpn-01 ----

    def certificate(self, name):
        """RFC 8737 section 3: self-signed, with the digest in a critical
        extension."""
        file = os.path.join(self.room, "alpn-" + name)
        if not os.path.isfile(file):
            return None
        with open(file, encoding="ascii") as text:
            digest = text.read()
        self.count += 1
        base = os.path.join(self.room, f"{self.count}")
        with open(base + ".cnf", "w", encoding="ascii") as out:
            out.write("[req]\ndistinguished_name = dn\nx509_extensions = x\n"
                      "[dn]\n[x]\n"
                      f"subjectAltName = DNS:{name}\n"
                      f"{EXTENSION} = critical,DER:0420{digest}\n")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=proof",
                "-config", base + ".cnf", "-days", "1", "-keyout",
                base + ".key", "-out", base + ".pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(base + ".pem", base + ".key")
        context.set_alpn_protocols([ALPN])
        return context

    def secure(self, _server, conn):
        def named(sock, name, _context):
            proof = self.certificate(name or "")
            if not proof:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            sock.context = proof
            return None

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols([ALPN])
        context.sni_callback = named
        with context.wrap_socket(conn, server_side=True) as tls:
            tls.recv(1)

    # ---- dns-01 ----

    def name_server(self, asked, _tcp):
        """TXT of _acme-challenge names, and 127.0.0.1 for every name."""
        name, at = [], 12
        while asked[at]:
            name.append(asked[at + 1:at + 1 + asked[at]].decode().lower())
            at += 1 + asked[at]
        kind = struct.unpack(">H", asked[at + 1:at + 3])[0]
        data = b""
        if kind == 1:
            data = bytes([127, 0, 0, 1])
        file = os.path.join(self.room, "dns-" + ".".join(name[1:]))
        if kind == 16 and name[0] == "_acme-challenge" and \
                os.path.isfile(file):
            with open(file, "rb") as text:
                value = text.read()
            data = bytes([len(value)]) + value
        answer = (b"\xc0\x0c" + struct.pack(">2HIH", kind, 1, 0, len(data))
                  + data) if data else b""
        return (asked[:2] + struct.pack(">5H", 0x8180, 1, bool(data), 0, 0)
                + asked[12:at + 5] + answer)
