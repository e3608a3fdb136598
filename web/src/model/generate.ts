/* The forms that make records: their fields, and between a form and the wish
 * of the API. Lists are typed one a line. */
import type { Generated } from "../api/types";

export const MAKERS = ["dmarc", "spf", "dkim", "mta-sts", "tls-rpt",
		       "bimi"] as const;
export type Maker = typeof MAKERS[number];
export type Form = Record<string, string>;
export type Wish = Record<string, string | boolean | string[]>;

export interface FieldSpec {
	name: string;
	shape: "text" | "list" | "radios" | "choice" | "switch" | "checks";
	options?: readonly string[]; // a choice begins with ""
	more?: true;                 // among those that few need
	when?: (form: Form) => boolean;
	example?: string;
}

const POLICIES = ["none", "quarantine", "reject"] as const;
const COMMON: FieldSpec[] = [
	{ name: "zone", shape: "text", more: true, example: "example.com" },
	{ name: "ttl", shape: "text", more: true, example: "3600" },
];
const shown = (form: Form) => form.decline !== "yes";

export const FIELDS: Record<Maker, readonly FieldSpec[]> = {
	dmarc: [
		{ name: "policy", shape: "radios", options: POLICIES },
		{ name: "rua", shape: "list", example: "dmarc@example.com" },
		{ name: "testing", shape: "switch",
		  when: (form) => form.policy !== "none" ||
			form.testing === "yes" },
		{ name: "subdomains", shape: "choice", more: true,
		  options: POLICIES },
		{ name: "nonexistent", shape: "choice", more: true,
		  options: POLICIES },
		{ name: "dkim_alignment", shape: "radios", more: true,
		  options: ["relaxed", "strict"] },
		{ name: "spf_alignment", shape: "radios", more: true,
		  options: ["relaxed", "strict"] },
		{ name: "ruf", shape: "list", more: true,
		  example: "failures@example.com" },
		{ name: "fo", shape: "checks", more: true,
		  options: ["0", "1", "d", "s"],
		  when: (form) => Boolean(form.ruf || form.fo) },
		{ name: "psd", shape: "choice", more: true,
		  options: ["n", "y"] },
		...COMMON,
	],
	spf: [
		{ name: "send_mx", shape: "switch" },
		{ name: "send_a", shape: "switch" },
		{ name: "ip", shape: "list", example: "192.0.2.25" },
		{ name: "include", shape: "list",
		  example: "_spf.example.net" },
		{ name: "all", shape: "radios", options: ["softfail", "fail"] },
		{ name: "terms", shape: "list", more: true,
		  example: "exists:%{i}._spf.example.com" },
		...COMMON,
	],
	dkim: [
		{ name: "selector", shape: "text", example: "s202611" },
		{ name: "key_type", shape: "radios",
		  options: ["rsa", "ed25519"] },
		{ name: "public_key", shape: "list",
		  example: "-----BEGIN PUBLIC KEY-----" },
		{ name: "no_subdomains", shape: "switch", more: true },
		...COMMON,
	],
	"mta-sts": [
		{ name: "mode", shape: "radios",
		  options: ["testing", "enforce", "none"] },
		{ name: "mx", shape: "list", example: "mx1.example.com",
		  when: (form) => form.mode !== "none" },
		{ name: "max_age", shape: "choice",
		  options: ["86400", "604800", "2592000"] },
		{ name: "alias", shape: "text", more: true,
		  example: "web.example.com" },
		{ name: "addresses", shape: "list", more: true,
		  example: "192.0.2.80" },
		{ name: "id", shape: "text", more: true,
		  example: "20261122T1200" },
		...COMMON,
	],
	"tls-rpt": [
		{ name: "rua", shape: "list", example: "tls@example.com" },
		...COMMON,
	],
	bimi: [
		{ name: "logo", shape: "text", when: shown,
		  example: "https://example.com/logo.svg" },
		{ name: "certificate", shape: "text", when: shown,
		  example: "https://example.com/logo.pem" },
		{ name: "decline", shape: "switch" },
		{ name: "selector", shape: "text", more: true,
		  example: "default" },
		...COMMON,
	],
};

/* What suits most, before anything was said. */
export function defaults(kind: Maker, domain: string): Form {
	const form: Form = { domain };
	const now = new Date();

	if (kind === "dmarc")
		Object.assign(form, { policy: "none", dkim_alignment: "relaxed",
				      spf_alignment: "relaxed" });
	else if (kind === "spf")
		Object.assign(form, { send_mx: "yes", all: "softfail" });
	else if (kind === "dkim")
		Object.assign(form, { key_type: "rsa", selector: "s" +
			now.toISOString().slice(0, 7).replace("-", "") });
	else if (kind === "mta-sts")
		form.mode = "testing";
	return form;
}

export function wishOf(kind: Maker, form: Form,
		       current: readonly string[]): Wish {
	const wish: Wish = { domain: form.domain ?? "",
			     current: [...current] };

	for (const { name, shape, when } of FIELDS[kind]) {
		const value = form[name] ?? "";
		if (when && !when(form))
			continue;
		wish[name] = shape === "switch" ? value === "yes" :
			name === "public_key" ? value :
			shape === "list" || shape === "checks" ?
				value.split(/[\s,]+/).filter(Boolean) :
				value.trim();
	}
	return wish;
}

export function formOf(kind: Maker, wish: Generated["wish"]): Form {
	const form: Form = { domain: String(wish.domain ?? "") };

	for (const { name } of FIELDS[kind]) {
		const value = wish[name];
		form[name] = Array.isArray(value) ? value.join("\n") :
			value === true ? "yes" : value === false ||
			value === null || value === undefined ? "" :
			String(value);
	}
	return form;
}

/* The field without which there is nothing to say yet. */
export function missing(kind: Maker, form: Form): string | null {
	const needed: Record<Maker, string | null> = {
		dmarc: form.policy === "none" ? "rua" : null, spf: null,
		dkim: "public_key", "tls-rpt": "rua",
		"mta-sts": form.mode === "none" ? null : "mx",
		bimi: form.decline === "yes" ? null : "logo",
	};
	const name = needed[kind];

	return name && !form[name]?.trim() ? name : null;
}

export function holdsPrivateKey(text: string | undefined): boolean {
	return /PRIVATE KEY/.test(text ?? "");
}

/* What makes a key pair where it is used; the private half stays there. */
export function keyCommands(form: Form): string[] {
	const safe = (text: string | undefined, other: string) =>
		text && /^[\w.-]+$/.test(text) ? text : other;
	const selector = safe(form.selector, "s1");
	const domain = safe(form.domain, "example.com");
	const edwards = form.key_type === "ed25519";

	return [`waxseal generate dkim ${domain} --selector ${selector}` +
			(edwards ? " --key-type ed25519" : ""),
		(edwards ? "openssl genpkey -algorithm ed25519" :
			"openssl genpkey -algorithm rsa " +
			"-pkeyopt rsa_keygen_bits:2048") +
		` -out ${selector}.private.pem && openssl pkey ` +
		`-in ${selector}.private.pem -pubout`];
}
