/* Where help begins: the pages there are, and the list of findings. */
import { ApiProblem } from "../api/client";
import { plain, useGuides } from "../model/guide";
import type { Guide } from "../model/guide";
import { t } from "../words/words";
import { Icon } from "../parts/icons";
import { Loading, Page, ProblemView } from "../parts/page";

const ORDER = ["dmarc-reports", "mta-sts", "tls-rpt", "microsoft",
	"dns-panels"];

function first(guide: Guide): string {
	const found = guide.blocks.find(([kind]) => kind === "p");

	return found?.[0] === "p" ? plain(found[1]) : "";
}

function Entry({ to, title, text }: {
	to: string; title: string; text: string;
}) {
	return (
		<li class="card guide-card">
			<h2><a href={to}>{title}<Icon name="right" size={16} /></a></h2>
			<p class="muted">{text}</p>
		</li>
	);
}

export default function Help() {
	const guides = useGuides();

	return (
		<Page title={t("web.guide.title")} intro={t("web.guide.intro")}>
			{guides === "none" ?
				<ProblemView problem={new ApiProblem(0, "", null)}
					again={() => location.reload()} /> :
			 !guides ? <Loading /> : <ul class="guide-list">
				{ORDER.filter((name) => guides[name]).map((name) =>
					<Entry key={name} to={"/help/" + name}
						title={guides[name]!.title}
						text={first(guides[name]!)} />)}
				<Entry to="/help/findings"
					title={t("web.guide.findings")}
					text={t("web.guide.findings_text")} />
			</ul>}
		</Page>
	);
}
