/* Icons of our own, drawn on 20 by 20; always beside a word or hidden from
 * screen readers. */
const PATHS = {
	overview: "M3 11.500V16.500h3.500v-5zM8.250 7v9.500h3.500V7zM13.500 3.500v13H17v-13z",
	domains: "M10 2.750a7.250 7.250 0 1 0 0 14.500 7.250 7.250 0 0 0 0-14.500zM2.750 10h14.500M10 2.750c2.200 2 3.200 4.500 3.200 7.250s-1 5.250-3.200 7.250c-2.200-2-3.200-4.500-3.200-7.250s1-5.250 3.200-7.250z",
	sources: "M2.750 10.500 17 3.250l-4.500 13.500-3-5.500zM9.500 11.250 17 3.250",
	reports: "M5 2.750h6.750L15.500 6.500v10.750H5zM11.500 2.750V6.750h4M7.500 10h5.250M7.500 13.250h5.250",
	lock: "M5 9h10v7.750H5zM7 9V6.250a3 3 0 0 1 6 0V9",
	warn: "M10 3.250 17.500 16.500h-15zM10 8.250v4M10 14.250v.2",
	inbox: "M3 11.250 5.250 4h9.500L17 11.250v5.250H3zM3 11.250h4l1 2h4l1-2h4",
	spoof: "M3 7c2-1 4.500-1 7 0 2.500-1 5-1 7 0-.3 4.500-1.800 6.500-4.200 6.500-1.500 0-2-1.250-2.800-1.250s-1.300 1.250-2.800 1.250C4.800 13.500 3.300 11.500 3 7zM5.750 9.250h2M12.250 9.250h2",
	settings: "M3 5.500h7M14 5.500h3M10 3.500v4h4v-4zM3 14.500h3M10 14.500h7M6 12.500v4h4v-4z",
	search: "M8.750 3a5.750 5.750 0 1 0 0 11.500 5.750 5.750 0 0 0 0-11.500zM13 13l4 4",
	menu: "M3 5.500h14M3 10h14M3 14.500h14",
	close: "m5 5 10 10M15 5 5 15",
	down: "m5.500 8 4.500 4.500L14.500 8",
	right: "m8 5.500 4.500 4.500L8 14.500",
	left: "M12 5.500 7.500 10l4.500 4.500",
	up: "M5.500 12 10 7.500l4.500 4.500",
	plus: "M10 4v12M4 10h12",
	check: "m4 10.500 4 4 8-9",
	copy: "M7 7h9.500v9.500H7zM13 7V3.500H3.500V13H7",
	sun: "M10 6.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM10 2v1.750M10 16.250V18M2 10h1.750M16.250 10H18M4.350 4.350l1.200 1.200M14.450 14.450l1.200 1.200M15.650 4.350l-1.200 1.200M5.550 14.450l-1.200 1.200",
	moon: "M16.500 11.750A7 7 0 1 1 8.250 3.500a5.500 5.500 0 0 0 8.250 8.250z",
	half: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
	language: "M3 5h8M7 3v2M9.750 5C9 8.500 6.500 11 3.500 12.250M4.750 7.500c1 2 2.750 3.500 5 4.250M9.500 17l3.500-8.500L16.500 17M10.750 14.250h4.500",
	help: "M10 2.750a7.250 7.250 0 1 0 0 14.500 7.250 7.250 0 0 0 0-14.500zM7.900 7.900c.1-1.250 1-2 2.150-2s2.100.8 2.100 1.950c0 1.650-2.150 1.800-2.150 3.400M10 13.800v.2",
	info: "M10 2.750a7.250 7.250 0 1 0 0 14.500 7.250 7.250 0 0 0 0-14.500zM10 9.250v4.500M10 6.200v.2",
	user: "M10 3a3.250 3.250 0 1 0 0 6.500A3.250 3.250 0 0 0 10 3zM3.500 17c.4-3.250 3-5 6.500-5s6.100 1.750 6.500 5",
	calendar: "M3.250 4.750h13.500v12H3.250zM3.250 8.250h13.500M6.750 2.750v3.500M13.250 2.750v3.500",
	filter: "M3 4.500h14l-5.500 6.250v5l-3-1.500v-3.500z",
	columns: "M3 4h14v12H3zM7.700 4v12M12.300 4v12",
	upload: "M10 13V4M6 7.500 10 3.500l4 4M3.500 13.500v3h13v-3",
	download: "M10 3.500v9M6 9l4 4 4-4M3.500 13.500v3h13v-3",
	external: "M8 4H3.500v12.500H16V12M11.500 3.500H17V9M17 3.500 9.500 11",
	pin: "M7 3h6l-.75 5.250L15 11H5l2.750-2.750zM10 11v6",
	trash: "M4 6h12M8 6V3.500h4V6M5.500 6l.75 10.500h7.500L14.500 6",
	undo: "M4 8h8a4 4 0 0 1 0 8H8M4 8l3.500-3.500M4 8l3.500 3.500",
	clock: "M10 2.750a7.250 7.250 0 1 0 0 14.500 7.250 7.250 0 0 0 0-14.500zM10 6v4.250l3 1.750",
	more: "M4 9.500h1v1H4zM9.500 9.500h1v1h-1zM15 9.500h1v1h-1z",
	sample: "M7.500 3h5M8.500 3v5L4 16.500h12L11.500 8V3M6 13h8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
	return (
		<svg class="icon" viewBox="0 0 20 20" width={size} height={size}
			aria-hidden="true" focusable="false">
			<path d={PATHS[name]} />
		</svg>
	);
}

/* The seal: twelve soft waves around a W. */
export function Mark({ size = 28 }: { size?: number }) {
	return (
		<svg class="mark" viewBox="0 0 32 32" width={size} height={size}
			aria-hidden="true" focusable="false">
			<path class="mark-seal" d={SEAL} />
			<path class="mark-line"
				d="m9.200 12.300 3.300 8.200 3.500-7.200 3.500 7.200 3.300-8.200" />
		</svg>
	);
}

const SEAL = seal(12, 15, 13.6);

/* A circle whose edge rises and falls `waves` times. */
function seal(waves: number, outer: number, inner: number): string {
	const steps = waves * 2;
	const at = (i: number, radius: number) => {
		const angle = (i / steps) * 2 * Math.PI - Math.PI / 2;
		return (16 + radius * Math.cos(angle)).toFixed(2) + " " +
			(16 + radius * Math.sin(angle)).toFixed(2);
	};
	let path = "M" + at(0, outer);

	for (let i = 1; i <= steps; i++)
		path += "Q" + at(i - 0.5, i % 2 ? outer : inner - 0.4) + " " +
			at(i, i % 2 ? inner : outer);
	return path + "z";
}
