/* The tools there are. */
import { t } from "../words/words";
import { Icon } from "../parts/icons";
import { Page } from "../parts/page";
import { KINDS, toolText } from "../parts/tools";

export default function Tools() {
	return (
		<Page title={t("web.nav.tools")} intro={t("web.tool.intro")}>
			<ul class="guide-list">{["check", ...KINDS, "headers"].map((kind) => (
				<li class="card guide-card" key={kind}>
					<h2><a href={"/tools/" + kind}>{toolText(kind)}
						<Icon name="right" size={16} /></a></h2>
					<p class="muted">{toolText(kind, "_text")}</p>
				</li>))}</ul>
		</Page>
	);
}
