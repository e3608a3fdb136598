/* Domain names on screen: U-labels for A-labels (RFC 3492), the name as it is
 * where a label does not decode. URLs and requests keep A-labels. */
const BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700;

function adapt(delta: number, points: number, first: boolean): number {
	let k = 0;

	delta = first ? Math.floor(delta / DAMP) : delta >> 1;
	delta += Math.floor(delta / points);
	while (delta > ((BASE - T_MIN) * T_MAX) >> 1) {
		delta = Math.floor(delta / (BASE - T_MIN));
		k += BASE;
	}
	return k + Math.floor((BASE - T_MIN + 1) * delta / (delta + SKEW));
}

function digit(char: number): number {
	if (char >= 0x30 && char <= 0x39)
		return char - 0x30 + 26;
	return char >= 0x61 && char <= 0x7a ? char - 0x61 : BASE;
}

function decode(label: string): string | null {
	const cut = label.lastIndexOf("-");
	const out = [...(cut > 0 ? label.slice(0, cut) : "")]
		.map((c) => c.codePointAt(0)!);
	let n = 128, i = 0, bias = 72;

	for (let at = cut > 0 ? cut + 1 : 0; at < label.length;) {
		const old = i;
		for (let w = 1, k = BASE;; k += BASE) {
			const value = at < label.length ?
				digit(label.charCodeAt(at++)) : BASE;
			if (value >= BASE || i > 0x7fffff)
				return null;
			i += value * w;
			const t = Math.min(Math.max(k - bias, T_MIN), T_MAX);
			if (value < t)
				break;
			w *= BASE - t;
		}
		bias = adapt(i - old, out.length + 1, old === 0);
		n += Math.floor(i / (out.length + 1));
		i %= out.length + 1;
		if (n > 0x10ffff)
			return null;
		out.splice(i++, 0, n);
	}
	return String.fromCodePoint(...out);
}

export function shownDomain(name: string): string {
	return name.split(".").map((label) => {
		if (!label.startsWith("xn--"))
			return label;
		return decode(label.slice(4)) ?? label;
	}).join(".");
}
