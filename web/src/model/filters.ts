/* What a question can be narrowed by: the filters of `Query`, one URL
 * parameter each. Pages, chips and the menu are all made from this list. */
import { country } from "../words/format";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";

export interface Filter {
	name: FilterName;
	/* The values there are, when they are few; else they are typed. */
	values?: readonly string[];
	/* A group of /query whose keys are suggestions. */
	suggest?: string;
	example?: string;
}

export const FILTER_NAMES = ["domain", "result", "class", "source", "reporter",
	"reporter_family", "spf", "dkim", "spf_result", "dkim_result",
	"disposition", "policy", "override", "ip", "host", "asn", "country",
	"from_domain", "envelope_from", "to_domain", "selector", "trust",
	"text"] as const;
export type FilterName = typeof FILTER_NAMES[number];

const VERDICT = ["pass", "fail"] as const;
const RAW = ["pass", "fail", "softfail", "neutral", "none", "temperror",
	     "permerror", "policy"] as const;

export const FILTERS: readonly Filter[] = [
	{ name: "domain", suggest: "domain", example: "example.com" },
	{ name: "result", values: VERDICT },
	{ name: "class",
	  values: ["own", "forwarded", "unrecognised", "blocked"] },
	{ name: "source", suggest: "source", example: "google-workspace" },
	{ name: "reporter", suggest: "reporter", example: "google.com" },
	{ name: "reporter_family", values: ["microsoft", "google", "yahoo"] },
	{ name: "spf", values: VERDICT },
	{ name: "dkim", values: VERDICT },
	{ name: "spf_result", values: RAW },
	{ name: "dkim_result", values: RAW },
	{ name: "disposition", values: ["none", "quarantine", "reject"] },
	{ name: "policy", values: ["none", "quarantine", "reject"] },
	{ name: "override", values: ["forwarded", "mailing_list",
		"trusted_forwarder", "local_policy", "policy_test_mode",
		"sampled_out", "other"] },
	{ name: "ip", example: "192.0.2.0/24" },
	{ name: "host", suggest: "host", example: "mail.example.com" },
	{ name: "asn", suggest: "asn", example: "64496" },
	{ name: "country", suggest: "country", example: "JP" },
	{ name: "from_domain", suggest: "from_domain",
	  example: "news.example.com" },
	{ name: "envelope_from", example: "bounce.example.com" },
	{ name: "to_domain", suggest: "to_domain", example: "outlook.com" },
	{ name: "selector", suggest: "selector", example: "s1" },
	{ name: "trust", values: ["verified", "operator", "unverified"] },
	{ name: "text" },
];

export function filter(name: string): Filter | undefined {
	return FILTERS.find((one) => one.name === name);
}

/* How a value reads on a chip. `value` without "!". */
export function valueText(name: FilterName, value: string): string {
	switch (name) {
	case "result":
	case "spf":
	case "dkim":
		return value === "pass" || value === "fail" ?
			of("web.verdict.", value) : value;
	case "class":
		return value === "own" || value === "forwarded" ||
			value === "unrecognised" || value === "blocked" ?
			of("web.class.", value) : value;
	case "trust":
		return value === "verified" || value === "operator" ||
			value === "unverified" ? of("web.trust.", value) : value;
	case "reporter_family":
		return ({ microsoft: "Microsoft", google: "Google",
			  yahoo: "Yahoo" } as Record<string, string>)[value] ??
			value;
	case "country":
		return country(value);
	case "asn":
		return "AS" + value;
	case "host":
		return value === "none" ? t("web.host.none") :
			value === "unknown" ? t("web.host.unasked") :
			shownDomain(value);
	case "domain":
	case "from_domain":
	case "to_domain":
	case "envelope_from":
		return shownDomain(value);
	default:
		return value;
	}
}
