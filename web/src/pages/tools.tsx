/* The tools there are. */
import { t } from "../words/words";
import { Icon } from "../parts/icons";
import { Page, Section } from "../parts/page";
import { KINDS, makerText, toolText } from "../parts/tools";
import { MAKERS } from "../model/generate";

export default function Tools() {
	return (
		<Page title={t("web.nav.tools")} intro={t("web.tool.intro")}>
			<ul class="guide-list">{["check", ...KINDS,
				"headers", "report"].map((kind) => (
				<li class="card guide-card" key={kind}>
					<h2><a href={"/tools/" + kind}>{toolText(kind)}
						<Icon name="right" size={16} /></a></h2>
					<p class="muted">{toolText(kind, "_text")}</p>
				</li>))}</ul>
			<Section title={t("web.generate.title")}>
				<ul class="guide-list">{MAKERS.map((kind) => (
					<li class="card guide-card" key={kind}>
						<h3><a href={"/tools/generate/" + kind}>
							{makerText(kind)}
							<Icon name="right" size={16} />
						</a></h3>
						<p class="muted">
							{makerText(kind, "_text")}</p>
					</li>))}</ul>
			</Section>
		</Page>
	);
}
