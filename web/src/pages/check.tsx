/* One box: a domain, or the message of another checker; everything about the
 * domain's mail, with what to do. */
import { useLook } from "../api/look";
import { isExplained } from "../api/types";
import type { Check as One, Explained } from "../api/types";
import { usePlace } from "../model/place";
import { t } from "../words/words";
import { Empty, Page } from "../parts/page";
import { Looked } from "../parts/looked";
import type { Look } from "../api/look";
import { Ask, Pasted, ToolTabs } from "../parts/tools";

const EXAMPLES = ["example.com", "gmail.com", "outlook.com"];

function Monitor({ domain }: { domain: string }) {
	return <a class="button button-main" href={"/domains/add?names=" +
		encodeURIComponent(domain)}>{t("web.check.monitor")}</a>;
}

function Examples() {
	return (
		<Empty icon="search" title={t("web.check.empty")} actions={
			EXAMPLES.map((domain) => <a key={domain} class="button"
				href={"/tools/check?q=" + domain}>{domain}</a>)}>
			<p>{t("web.check.empty_text")}</p>
		</Empty>
	);
}

export default function CheckPage() {
	const q = usePlace().params.get("q") ?? "";
	const look = useLook<One | Explained>(q ? "/check" : null,
		{ domain: q });
	const { data } = look;

	return (
		<Page title={t("web.check.title")} intro={t("web.check.intro")}>
			<ToolTabs />
			<Ask label={t("web.check.box")} hint={t("web.check.hint")}
				again={look.again} />
			<Pasted q={q} {...(data && isExplained(data) ?
				{ answer: data } : {})} />
			{!q ? <Examples /> : data && isExplained(data) ? null :
				<Looked look={look as Look<One>} actions={data &&
					<Monitor domain={(data as One).domain} />} />}
		</Page>
	);
}
