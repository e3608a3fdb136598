/* Who runs a domain's DNS, by the names of its name servers; `kind` where
 * changes can be written there from here. */
import type { Check } from "../api/types";

interface Known { ends: readonly string[]; name: string; kind?: string }

const KNOWN: readonly Known[] = [
	{ ends: ["ns.cloudflare.com"], name: "Cloudflare", kind: "cloudflare" },
	{ ends: ["desec.io", "desec.org"], name: "deSEC", kind: "desec" },
	{ ends: ["ns.hetzner.com", "ns.hetzner.de", "first-ns.de",
		"second-ns.de", "second-ns.com"], name: "Hetzner",
	  kind: "hetzner" },
	{ ends: ["hyp.net"], name: "Domeneshop", kind: "domeneshop" },
	{ ends: ["domeneservice.no"], name: "Domene.no" },
	{ ends: ["uniweb.no"], name: "Uniweb" },
	{ ends: ["proisp.no"], name: "PRO ISP" },
	{ ends: ["webhuset.no"], name: "Webhuset" },
	{ ends: ["one.com"], name: "one.com" },
	{ ends: ["value-domain.com"], name: "Value Domain" },
	{ ends: ["onamae.com", "gmoserver.jp"], name: "お名前.com" },
	{ ends: ["muumuu-domain.com"], name: "ムームードメイン" },
	{ ends: ["xserver.jp"], name: "Xserver" },
	{ ends: ["dns.ne.jp"], name: "さくらインターネット" },
	{ ends: ["googledomains.com", "google.com"], name: "Google Cloud DNS" },
	{ ends: ["domaincontrol.com"], name: "GoDaddy" },
	{ ends: ["gandi.net"], name: "Gandi" },
	{ ends: ["registrar-servers.com"], name: "Namecheap" },
	{ ends: ["ovh.net", "anycast.me"], name: "OVHcloud" },
	{ ends: ["digitalocean.com"], name: "DigitalOcean" },
	{ ends: ["linode.com"], name: "Akamai (Linode)" },
	{ ends: ["dnsimple.com"], name: "DNSimple" },
	{ ends: ["ui-dns.com", "ui-dns.de", "ui-dns.org", "ui-dns.biz"],
	  name: "IONOS" },
];

export interface DnsHost { name: string; kind: string | null }

export function dnsHost(servers: readonly string[]): DnsHost | null {
	for (const server of servers) {
		const host = server.toLowerCase().replace(/\.$/, "");
		if (/(^|\.)awsdns-\d+\./.test(host))
			return { name: "Amazon Route 53", kind: "route53" };
		if (/(^|\.)azure-dns\./.test(host))
			return { name: "Azure DNS", kind: null };
		const found = KNOWN.find(({ ends }) => ends.some((end) =>
			host === end || host.endsWith("." + end)));
		if (found)
			return { name: found.name, kind: found.kind ?? null };
	}
	return null;
}

/* What is told of every zone that could be looked at has them. */
const TOLD = ["zone.signed", "zone.unsigned", "zone.ds_missing",
	"dns.no_trust_anchor"];

export function nameServers(check: Check | null): string[] {
	return (check?.findings.find((one) => one.check === "ns" &&
		TOLD.includes(one.code))?.evidence ?? "").split(/\s+/)
		.filter(Boolean);
}
