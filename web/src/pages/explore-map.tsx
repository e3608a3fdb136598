/* The map and, as its better half, the table of countries. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { QueryAnswer } from "../api/types";
import { go, hrefWith } from "../model/place";
import { plural, t } from "../words/words";
import type { MapProps } from "../parts/map";
import { Icon } from "../parts/icons";
import { Card, Empty } from "../parts/page";
import { Table } from "../parts/table";
import { narrow, viewHref } from "./explore-question";
import { countryColumns } from "./explore-table";

/* The map is a part of its own: only who looks at it loads it. */
function useMap(): [ComponentType<MapProps> | null, boolean] {
	const [Map, setMap] = useState<ComponentType<MapProps> | null>(null);
	const [failed, setFailed] = useState(false);

	useEffect(() => {
		import("../parts/map").then((part) => setMap(() => part.WorldMap),
			() => setFailed(true));
	}, []);
	return [Map, failed];
}

export function MapView({ data }: { data: QueryAnswer }) {
	const [Map, failed] = useMap();
	const known = data.rows.filter((row) => row.key !== null &&
		(row.messages ?? 0) > 0);
	const unknown = data.rows.find((row) => row.key === null);

	if (known.length === 0)
		return (
			<Empty icon="domains" title={t("web.map.none")}
				actions={<a class="button button-main"
					href={viewHref("asn")}>
					{t("web.map.networks")}</a>}>
				<p>{t("web.map.none_text")}</p>
			</Empty>
		);
	return (
		<div class="map-view">
			<Card class="map-card">
				<h2>{t("web.map.title")}</h2>
				{failed ? <p class="muted">{t("web.map.failed")}</p> :
					Map ? <Map rows={known} pick={(code) =>
						go(hrefWith(narrow("country", code)))} /> :
					<div class="map-wait" aria-busy="true" />}
				<p class="map-note"><Icon name="info" size={16} />
					<span>{t("web.map.note")}{" "}
						{t("web.map.size")}</span></p>
				{unknown?.messages ? <p class="map-note"><span>
					{plural("web.map.unknown.", unknown.messages)}
				</span></p> : null}
			</Card>
			<Table name="explore.map" columns={countryColumns()}
				caption={t("web.map.title")} rows={data.rows}
				keyOf={(row) => row.key ?? "\0"} sort="-messages"
				next={data.next} plain />
		</div>
	);
}
