/* The world in equal areas, a dot for each country that mail came from. The
 * land is a file of our own: no other host is asked. */
import { geoEqualEarth, geoGraticule10, geoPath } from "d3-geo";
import { useEffect, useId, useState } from "preact/hooks";
import { feature, mesh } from "topojson-client";
import type { QueryRow } from "../api/types";
import { country } from "../words/format";
import { t } from "../words/words";
import { MIX_TONE, mostOf, mixWord } from "./chart-mix";
import { placeOf } from "./map-places";

type World = Parameters<typeof feature>[0];
interface Land { land: string; borders: string }
export interface MapProps {
	rows: readonly QueryRow[];
	pick: (country: string) => void;
}

const WIDTH = 960, HEIGHT = 440, DOT_MAX = 30, DOT_MIN = 3.5;

/* Without the far south, where no mail comes from. */
const projection = geoEqualEarth().rotate([-11, 0])
	.scale(178).translate([WIDTH / 2, HEIGHT / 2 + 26]);
const path = geoPath(projection).digits(1);
let kept: Land | null = null;

async function load(): Promise<Land> {
	if (kept)
		return kept;
	const url = document.documentElement.dataset.world;
	const answer = await fetch(url ?? "");
	if (!answer.ok)
		throw new Error("no map");
	const world = await answer.json() as World;
	const countries = world.objects.countries!;
	const all = feature(world, countries);
	const shown = "features" in all ? all.features.filter((one) =>
		one.id !== "010") : [];
	kept = { land: shown.map((one) => path(one) ?? "").join(""),
		 borders: path(mesh(world, countries as Parameters<typeof
			mesh>[1], (a, b) => a !== b)) ?? "" };
	return kept;
}

function useLand(): [Land | null, boolean] {
	const [land, setLand] = useState<Land | null>(kept);
	const [failed, setFailed] = useState(false);

	useEffect(() => {
		if (!land)
			load().then(setLand, () => setFailed(true));
	}, []);
	return [land, failed];
}

function Dot({ row, most, id, pick }: {
	row: QueryRow; most: number; id: string;
	pick: (country: string) => void;
}) {
	const at = placeOf(row.key!);
	const point = at && projection(at);
	const kind = mostOf(row);
	const tone = MIX_TONE[kind];

	if (!point)
		return null;
	return (
		<g class={"dot dot-" + tone} data-country={row.key}
			onClick={() => pick(row.key!)}>
			<circle cx={point[0]} cy={point[1]}
				r={Math.max(Math.sqrt((row.messages ?? 0) / most) *
					DOT_MAX, DOT_MIN)}
				fill={tone === "fail" || tone === "forwarded" ?
					`url(#${id}${tone})` : undefined}>
				<title>{t("web.map.summary", {
					country: country(row.key),
					count: row.messages ?? 0,
					class: mixWord(kind) })}</title>
			</circle>
		</g>
	);
}

export function WorldMap({ rows, pick }: MapProps) {
	const [land, failed] = useLand();
	const id = useId();
	const most = Math.max(...rows.map((row) => row.messages ?? 0), 1);
	// Small dots above large ones, so that each can be reached.
	const order = [...rows].sort((a, b) =>
		(b.messages ?? 0) - (a.messages ?? 0));

	if (failed)
		return <p class="muted">{t("web.map.failed")}</p>;
	return (
		<svg class="map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img"
			aria-label={t("web.map.title") + ". " +
				t("web.map.note")} aria-busy={land === null}>
			<defs>{(["fail", "forwarded"] as const).map((tone) => (
				<pattern key={tone} id={id + tone} width="6" height="6"
					patternUnits="userSpaceOnUse"
					patternTransform={`rotate(${tone === "fail" ? 45 :
						-45})`}>
					<rect class={"fill-" + tone} width="6" height="6" />
					<rect class="fill-hatch" height="6"
						width={tone === "fail" ? 2 : 1.2} />
				</pattern>))}</defs>
			<path class="map-grid" d={path(geoGraticule10()) ?? ""} />
			{land && <path class="map-land" d={land.land} />}
			{land && <path class="map-borders" d={land.borders} />}
			{land && order.map((row) => <Dot key={row.key} row={row}
				most={most} id={id} pick={pick} />)}
		</svg>
	);
}
