"""Signs mail with DKIM (RFC 6376, relaxed/relaxed, RSA) by openssl's program:
no code of ours, so that ours can be held against it."""
import base64
import hashlib
import os
import re
import subprocess

SIGNED = ("from", "to", "subject", "date", "message-id")


class Signer:
    """One key: `record` is for DNS at SELECTOR._domainkey.DOMAIN."""

    def __init__(self, room, domain, selector="sel"):
        self.domain, self.selector = domain, selector
        self.key = os.path.join(room, f"{selector}.{domain}.pem")
        self.openssl("genrsa", "-out", self.key, "2048")
        public = self.openssl("rsa", "-in", self.key, "-pubout", "-outform",
                              "DER")
        self.record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()

    @staticmethod
    def openssl(*words, data=None):
        return subprocess.run(["openssl", *words], input=data, check=True,
                              capture_output=True, timeout=60).stdout

    def zone_line(self):
        """In a zone above the domain's own labels."""
        name = f"{self.selector}._domainkey.{self.domain}."
        pieces = [self.record[i:i + 200]
                  for i in range(0, len(self.record), 200)]
        return name + " TXT " + " ".join(f'"{p}"' for p in pieces) + "\n"

    def sign(self, message, signed=None, more=""):
        """`message` with CRLF; `signed` is the part of the body that is,
        `more` are further tags ("l=0; ")."""
        head, body = message.split(b"\r\n\r\n", 1)
        body = body if signed is None else signed
        fields = re.split(rb"\r\n(?![ \t])", head)
        digest = hashlib.sha256(relaxed_body(body)).digest()
        chosen = [f for f in fields
                  if f.split(b":")[0].strip().lower().decode() in SIGNED]
        names = ":".join(f.split(b":")[0].decode() for f in chosen)
        own = (f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; "
               f"{more}d={self.domain};\r\n s={self.selector}; h={names};\r\n"
               f" bh={base64.b64encode(digest).decode()};\r\n b=").encode()
        data = b"".join(relaxed_field(f) + b"\r\n" for f in chosen)
        value = self.openssl("dgst", "-sha256", "-sign", self.key,
                             data=data + relaxed_field(own))
        return own + base64.b64encode(value) + b"\r\n" + message


def relaxed_field(field):
    name, value = field.split(b":", 1)
    return (name.strip().lower() + b":"
            + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip())


def relaxed_body(body):
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ")
             for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
