/* What runs here, and whose work it stands on. docs/attribution.md says the
 * same at length. */
import { session } from "../api/client";
import { useStore } from "../state/store";
import { around } from "../words/format";
import { t, words } from "../words/words";
import { Section } from "../parts/page";

const DATA = [
	["DB-IP", "IP to ASN Lite", "https://db-ip.com", "CC BY 4.0"],
	["RouteViews", "University of Oregon", "https://www.routeviews.org/",
	 "CC BY 4.0"],
	["Number Resource Organization", "delegation statistics",
	 "https://www.nro.net/", "CC BY 4.0"],
	["ip-location-db", "iptoasn-country, asn",
	 "https://github.com/sapics/ip-location-db", "PDDL 1.0, CC BY 4.0"],
	["Natural Earth", "world-atlas", "https://www.naturalearthdata.com/",
	 "public domain"],
] as const;
const SCRIPTS = [
	["Preact", "MIT"], ["d3-geo", "ISC"],
	["topojson-client", "ISC"], ["world-atlas", "ISC"],
] as const;

export function About() {
	const version = useStore(session)?.version ?? "";
	useStore(words);
	const [before, after] = around(words.get().sentences[
		"web.about.geo" satisfies WordKey] ?? "{link}", "link");

	return <>
		<Section title="Waxseal">
			<dl class="pairs form">
				<div><dt>{t("web.about.version")}</dt>
					<dd class="mono">{version}</dd></div>
				<div><dt>{t("web.about.licence")}</dt>
					<dd>Apache License 2.0</dd></div>
			</dl>
		</Section>
		<Section title={t("web.about.data")}>
			<p class="intro">{before}<a href="https://db-ip.com"
				target="_blank" rel="noreferrer noopener">
				IP Geolocation by DB-IP</a>{after}</p>
			<ul class="credits">{DATA.map(([name, what, url, licence]) => (
				<li key={name}>
					<a href={url} target="_blank"
						rel="noreferrer noopener">{name}</a>
					<span class="muted">{what}</span>
					<span class="muted">{licence}</span>
				</li>))}</ul>
			<p class="foot-note">{t("web.about.geo_limits")}</p>
		</Section>
		<Section title={t("web.about.libraries")}>
			<ul class="credits">{SCRIPTS.map(([name, licence]) => (
				<li key={name}><span>{name}</span>
					<span class="muted">{licence}</span></li>))}</ul>
			<p class="foot-note">{t("web.about.more")}{" "}
				<code>docs/attribution.md</code></p>
		</Section>
	</>;
}
