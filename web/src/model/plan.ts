/* A plan of DNS changes: what comes and goes, and the wish behind it. */
import type { DnsChange, DnsWanted } from "../api/types";

export function freshOf(one: Pick<DnsChange, "now" | "after">): string[] {
	return one.after.filter((value) => !one.now.includes(value));
}

export function goneOf(one: Pick<DnsChange, "now" | "after">): string[] {
	return one.now.filter((value) => !one.after.includes(value));
}

export const NEW_TTL = 3600; // seconds, of a record nobody said it for

/* What a provider's form asks for: the name without its zone, "@" for the zone
 * itself. Null of a name that is in another. */
export function hostIn(name: string, zone: string): string | null {
	return name === zone ? "@" : name.endsWith("." + zone) ?
		name.slice(0, -zone.length - 1) : null;
}

/* Of records that only gain an address, the rest stays whatever it is. */
function joins(one: DnsChange, value: string): boolean {
	const gone = goneOf(one);
	const bare = (text: string) => text.replace(/\brua\s*=[^;]*;?/, "")
		.replace(/[\s;]+/g, ";").replace(/;$/, "");

	return one.type === "TXT" && /^v=(DMARC1|TLSRPTv1)\b/.test(value) &&
		gone.every((old) => bare(old) === bare(value));
}

function wishOf(one: DnsChange): DnsWanted[] {
	const { name, type, ttl } = one;
	const gone = goneOf(one);
	const fresh = one.what === "keep" && one.after.length === 1 ?
		one.after : freshOf(one);

	if (fresh.length === 0)
		return gone.map((value) => ({ name, type, remove: true,
			...type === "TXT" ? { value } : {} }));
	return fresh.map((value, i) => ({ name, type, ttl, value,
		merge: joins(one, value), old: i === 0 ? gone : [] }));
}

/* The same wish once more, for a plan of what is there now. */
export function wishAgain(changes: readonly DnsChange[]): DnsWanted[] {
	return changes.flatMap(wishOf);
}

/* Seconds that caches may still tell the old values. */
export function cachedFor(changes: readonly DnsChange[]): number {
	return Math.max(0, ...changes.filter(({ what }) => what !== "keep")
		.map((one) => one.now_ttl));
}
