"""Stand-ins for the HTTP APIs of DNS providers, written after their public
documentation: what they are told they publish in a Lab's name server, so that
a change can be verified in DNS.

  with StandIn("cloudflare", lab) as api: api.url, api.secret, api.account

They check what the real ones check: who asks, the form of what is sent, that
a deleted record is there. `api.fail_after(n)` lets all changes behind the n-th
fail, with `once` only the next.
"""
import base64
import hashlib
import hmac
import json
import re
import threading
import urllib.parse
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from publish_lab import ZONE

SECRET, ACCOUNT = "s3cr3t-of-the-api", "AKIDEXAMPLE"
NS = "https://route53.amazonaws.com/doc/2013-04-01/"
ZONE_ID = {"cloudflare": "023e105f4ecef8ad9ca31a8372d0c353",
           "route53": "Z1D633PJN98FT9", "domeneshop": "4711"}


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(status)
        self.status, self.body = status, body


class StandIn:
    def __init__(self, kind, lab):
        self.kind, self.lab = kind, lab
        self.secret, self.account = SECRET, ACCOUNT
        self.ids, self.left, self.once = {}, None, False
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                try:
                    status, out = stand_in.handle(self, body)
                except Refused as no:
                    status, out = no.status, no.body
                out = (out if isinstance(out, bytes)
                       else b"" if out is None else json.dumps(out).encode())
                self.send_response(status)
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def fail_after(self, changes, once=False):
        self.left, self.once = changes, once

    # ---- the zone behind it ----

    @staticmethod
    def relative(name):
        name = name.rstrip(".").lower()
        if name == ZONE:
            return "@"
        if not name.endswith("." + ZONE):
            raise Refused(400, {"message": "not in the zone: " + name})
        return name[:-len(ZONE) - 1]

    def have(self, host, kind):
        """[(ttl, content as in a zone file)]"""
        quoted = '"{}"' if kind == "TXT" else "{}"
        return [(ttl, quoted.format(value))
                for ttl, value in self.lab.dig(host, kind)]

    def change(self, *lines):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                if self.once:
                    self.left = None
                raise Refused(500, {"message": "out of order"})
        try:
            self.lab.nsupdate(*lines)
        except RuntimeError as no:
            raise Refused(422, {"message": str(no)[:80]}) from no

    @staticmethod
    def full(host):
        return (ZONE if host == "@" else f"{host}.{ZONE}") + "."

    def set_lines(self, host, kind, ttl, contents):
        for content in contents:
            self.check_content(kind, content)
        return ([f"del {self.full(host)} {kind}"]
                + [f"add {self.full(host)} {ttl} {kind} {content}"
                   for content in contents])

    @staticmethod
    def check_content(kind, content):
        good = {"TXT": r'("([^"\\]|\\.)*"\s*)+', "CNAME": r"\S+\.",
                "A": r"[\d.]+", "AAAA": r"[\da-f:.]+"}[kind]
        if not re.fullmatch(good, content):
            raise Refused(400, {"message": f"bad {kind}: {content}"})

    # ---- who asks ----

    def handle(self, request, body):
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        return getattr(self, self.kind)(request, url, query, body)

    def must(self, request, header, value):
        if not hmac.compare_digest(request.headers.get(header) or "", value):
            raise Refused(401, {"message": "who are you",
                                "errors": [{"message": "Invalid token"}]})

    # ---- Cloudflare ----

    def cloudflare(self, request, url, query, body):
        self.must(request, "Authorization", "Bearer " + SECRET)
        zone = ZONE_ID["cloudflare"]
        if url.path == "/zones":
            found = [{"id": zone, "name": ZONE}] * (query["name"] == ZONE)
            return 200, {"success": True, "result": found}
        records = f"/zones/{zone}/dns_records"
        if url.path == records and request.command == "GET":
            host, kind = self.relative(query["name"]), query["type"]
            out = []
            for ttl, content in self.have(host, kind):
                number = hashlib.md5(f"{host} {kind} {content}".encode())
                self.ids[number.hexdigest()] = (host, kind, content)
                out.append({"id": number.hexdigest(), "type": kind,
                            "name": query["name"], "ttl": ttl,
                            "content": content.rstrip(".")
                            if kind == "CNAME" else content})
            return 200, {"success": True, "result": out}
        if url.path == records + "/batch" and request.command == "POST":
            return self.cloudflare_batch(json.loads(body))
        raise Refused(404, {"success": False})

    def cloudflare_batch(self, batch):
        lines = []
        for one in batch["deletes"]:
            host, kind, content = self.ids[one["id"]]
            lines.append(f"del {self.full(host)} {kind} {content}")
        for one in batch["posts"]:
            kind, content = one["type"], one["content"]
            if kind == "CNAME":
                content += "."
            self.check_content(kind, content)
            if one["proxied"] is not False or one["ttl"] < 60:
                raise Refused(400, {"errors": [{"message": "ttl, proxied"}]})
            lines.append(f"add {one['name']}. {one['ttl']} {kind} {content}")
        self.change(*lines)
        return 200, {"success": True, "result": {}}

    # ---- Route 53 ----

    def signed(self, request, url, body):
        """Signature Version 4, from the documentation and nothing else."""
        given = request.headers.get("Authorization") or ""
        parts = dict(re.findall(r"(\w+)=([^,\s]+)", given))
        names = parts.get("SignedHeaders", "").split(";")
        if "host" not in names or "x-amz-date" not in names:
            return False
        when = request.headers["X-Amz-Date"]
        scope = f"{when[:8]}/us-east-1/route53/aws4_request"
        query = "&".join(sorted(
            urllib.parse.quote(k, safe="-_.~") + "="
            + urllib.parse.quote(v, safe="-_.~")
            for k, v in urllib.parse.parse_qsl(url.query)))
        canonical = "\n".join(
            [request.command, url.path, query]
            + [f"{n}:{' '.join((request.headers[n] or '').split())}"
               for n in names]
            + ["", ";".join(names), hashlib.sha256(body).hexdigest()])
        text = "\n".join(["AWS4-HMAC-SHA256", when, scope,
                          hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + SECRET).encode()
        for piece in scope.split("/"):
            key = hmac.new(key, piece.encode(), hashlib.sha256).digest()
        wanted = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return (parts.get("Credential") == f"{ACCOUNT}/{scope}"
                and hmac.compare_digest(parts.get("Signature", ""), wanted))

    def route53(self, request, url, query, body):
        if not self.signed(request, url, body):
            raise Refused(403, b"<ErrorResponse><Error><Code>"
                          b"SignatureDoesNotMatch</Code></Error>"
                          b"</ErrorResponse>")
        base = "/2013-04-01/hostedzone/" + ZONE_ID["route53"] + "/rrset"
        if url.path == "/2013-04-01/hostedzonesbyname":
            return 200, (f'<?xml version="1.0"?><ListHostedZonesByName'
                         f'Response xmlns="{NS}"><HostedZones><HostedZone>'
                         f"<Id>/hostedzone/{ZONE_ID['route53']}</Id><Name>"
                         f"{ZONE}.</Name></HostedZone></HostedZones>"
                         "</ListHostedZonesByNameResponse>").encode()
        if url.path == base and request.command == "GET":
            found = self.have(self.relative(query["name"]), query["type"])
            rows = "".join("<ResourceRecord><Value>" + c +
                           "</Value></ResourceRecord>" for _, c in found)
            sets = (f"<ResourceRecordSet><Name>{query['name']}</Name><Type>"
                    f"{query['type']}</Type><TTL>{found[0][0]}</TTL>"
                    f"<ResourceRecords>{rows}</ResourceRecords>"
                    "</ResourceRecordSet>") if found else (
                        "<ResourceRecordSet><Name>zzz.example.test.</Name>"
                        "<Type>A</Type><TTL>1</TTL><ResourceRecords>"
                        "<ResourceRecord><Value>192.0.2.1</Value>"
                        "</ResourceRecord></ResourceRecords>"
                        "</ResourceRecordSet>")
            return 200, (f'<?xml version="1.0"?><ListResourceRecordSets'
                         f'Response xmlns="{NS}"><ResourceRecordSets>{sets}'
                         "</ResourceRecordSets></ListResourceRecordSets"
                         "Response>").encode()
        if url.path == base + "/" and request.command == "POST":
            return self.route53_batch(body)
        raise Refused(404, b"<ErrorResponse/>")

    def route53_batch(self, body):
        lines = []
        for change in ET.fromstring(body).iter(f"{{{NS}}}Change"):
            def text(name):
                return change.find(f".//{{{NS}}}{name}").text
            host, kind = self.relative(text("Name")), text("Type")
            contents = [one.text for one in change.iter(f"{{{NS}}}Value")]
            ttl = int(text("TTL"))
            if text("Action") == "DELETE":
                if sorted((ttl, c) for c in contents) != sorted(
                        self.have(host, kind)):
                    raise Refused(400, b"<ErrorResponse><Error><Code>"
                                  b"InvalidChangeBatch</Code></Error>"
                                  b"</ErrorResponse>")
                lines.append(f"del {self.full(host)} {kind}")
            else:
                lines += self.set_lines(host, kind, ttl, contents)[1:]
        self.change(*lines)
        return 200, (f'<?xml version="1.0"?><ChangeResourceRecordSetsResponse'
                     f' xmlns="{NS}"><ChangeInfo><Id>/change/C1</Id><Status>'
                     "PENDING</Status></ChangeInfo>"
                     "</ChangeResourceRecordSetsResponse>").encode()

    # ---- deSEC ----

    def desec(self, request, url, query, body):
        self.must(request, "Authorization", "Token " + SECRET)
        base = f"/domains/{ZONE}/"
        if url.path == base:
            return 200, {"name": ZONE, "minimum_ttl": 60}
        if url.path != base + "rrsets/":
            raise Refused(404, {"detail": "Not found."})
        if request.command == "GET":
            found = self.have(query["subname"] or "@", query["type"])
            return 200, [{"subname": query["subname"], "type": query["type"],
                          "ttl": found[0][0],
                          "records": [c for _, c in found]}] if found else []
        lines = []
        for one in json.loads(body):
            if one["ttl"] < 60:
                raise Refused(400, {"detail": "ttl"})
            lines += self.set_lines(one["subname"] or "@", one["type"],
                                    one["ttl"], one["records"])
        lines.sort(key=lambda line: not line.startswith("del"))
        self.change(*lines)
        return 200, []

    # ---- Hetzner ----

    def hetzner(self, request, url, query, body):
        self.must(request, "Authorization", "Bearer " + SECRET)
        base = f"/zones/{ZONE}"
        if url.path == base:
            return 200, {"zone": {"id": 1, "name": ZONE}}
        if url.path == base + "/rrsets" and request.command == "POST":
            one = json.loads(body)
            if self.have(one["name"], one["type"]):
                raise Refused(409, {"error": {"message": "exists"}})
            self.change(*self.set_lines(
                one["name"], one["type"], one["ttl"],
                [r["value"] for r in one["records"]]))
            return 201, {"rrset": {}}
        match = re.fullmatch(re.escape(base) + r"/rrsets/([^/]+)/(\w+)"
                             r"(?:/actions/(\w+))?", url.path)
        if not match:
            raise Refused(404, {"error": {"message": "not found"}})
        host, kind, action = match.groups()
        found = self.have(host, kind)
        if not found:
            raise Refused(404, {"error": {"code": "not_found",
                                          "message": "not found"}})
        if request.command == "DELETE":
            self.change(f"del {self.full(host)} {kind}")
        elif action == "set_records":
            self.change(*self.set_lines(
                host, kind, found[0][0],
                [r["value"] for r in json.loads(body)["records"]]))
        elif action == "change_ttl":
            self.change(*self.set_lines(host, kind, json.loads(body)["ttl"],
                                        [c for _, c in found]))
        else:
            return 200, {"rrset": {"name": host, "type": kind,
                                   "ttl": found[0][0],
                                   "records": [{"value": c, "comment": ""}
                                               for _, c in found]}}
        return 200, {"action": {"status": "success"}}

    # ---- Domeneshop ----

    def domeneshop(self, request, url, query, body):
        login = base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
        self.must(request, "Authorization", "Basic " + login)
        base = f"/domains/{ZONE_ID['domeneshop']}/dns"
        if url.path == "/domains":
            return 200, [{"id": 1, "domain": "my" + ZONE},
                         {"id": int(ZONE_ID["domeneshop"]), "domain": ZONE}]
        if url.path == base and request.command == "GET":
            out = []
            for ttl, content in self.have(query["host"], query["type"]):
                number = int(hashlib.md5(
                    f"{query} {content}".encode()).hexdigest()[:6], 16) + 1
                self.ids[number] = (query["host"], query["type"], content)
                out.append({"id": number, "host": query["host"], "ttl": ttl,
                            "type": query["type"],
                            "data": content.strip('"').rstrip(".")
                            if query["type"] == "CNAME"
                            else content.strip('"')})
            return 200, out
        if url.path == base and request.command == "POST":
            one = json.loads(body)
            content = {"TXT": '"{}"', "CNAME": "{}."}.get(
                one["type"], "{}").format(one["data"])
            self.change(f"add {self.full(one['host'])} {one['ttl']} "
                        f"{one['type']} {content}")
            return 201, {"id": 99}
        number = url.path[len(base) + 1:]
        if (request.command == "DELETE" and number.isdigit()
                and int(number) in self.ids):
            host, kind, content = self.ids[int(number)]
            self.change(f"del {self.full(host)} {kind} {content}")
            return 204, None
        raise Refused(404, {"code": "dns:not-found", "help": "no"})
