"""Hosted domains for tests: their certificates and the index they stand in.

h = Hosted(writer, room, lab, data); h.domain("a.test", policy=b"...")
h.write() puts the whole index in place, h.change(names) one over it.
"""
import os
import ssl
import subprocess

POLICY = b"version: STSv1\r\nmode: testing\r\nmx: mx.%s\r\nmax_age: 86400\r\n"


def chain_of(path):
    """A PEM file as the index has it: DER, each behind its length."""
    with open(path, encoding="ascii") as text:
        pems = text.read().split("-----END CERTIFICATE-----")
    out = b""
    for pem in pems[:-1]:
        begin = pem.index("-----BEGIN CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert(
            pem[begin:] + "-----END CERTIFICATE-----\n")
        out += len(der).to_bytes(3, "big") + der
    return out


def key_of(path):
    """PKCS #8 in DER."""
    return subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", path, "-outform",
         "DER"], stdin=subprocess.DEVNULL, capture_output=True,
        check=True).stdout


class Hosted:
    def __init__(self, writer, room, lab, data):
        self.writer, self.room, self.lab = writer, room, lab
        self.data, self.domains, self.count = data, {}, 0
        self.master = os.path.join(room, "master.key")
        with open(self.master, "wb") as out:
            out.write(os.urandom(32))

    def file(self, content):
        self.count += 1
        path = os.path.join(self.room, f"{self.count}.part")
        with open(path, "wb") as out:
            out.write(content)
        return "@" + path

    def domain(self, name, flags="p", policy=None, certificate=True, **more):
        """A domain with everything; `more` are further fields, bytes."""
        fields = dict(more)
        if policy is None:
            policy = POLICY % name.encode()
        fields["policy"] = policy
        if certificate:
            pair = self.lab.pair("good", "mta-sts." + name)
            fields["chain"] = chain_of(pair.chain)
            fields["key"] = key_of(pair.key)
        # A token never changes; it is made of the name, for tests.
        token = "t" + "".join(c for c in name if c.isalnum())
        line = " ".join([name, token, flags or "-"] + [
            f"{k}={self.file(v)}" for k, v in fields.items() if v])
        self.domains[name] = line
        return policy

    def run(self, lines, *words):
        subprocess.run([self.writer, self.data, self.master, *words],
                       input="\n".join(lines) + "\n", text=True, check=True,
                       timeout=120)

    def write(self):
        self.run(self.domains.values())

    def change(self, *names, gone=()):
        self.run([self.domains[n] for n in names]
                 + [f"{n} - g" for n in gone], "new")
