/* One thing about a domain or an address, to the bottom. */
import { useLook } from "../api/look";
import { isExplained } from "../api/types";
import type { Explained, Finding, Lookup } from "../api/types";
import { usePlace } from "../model/place";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { When } from "../parts/bits";
import { FindingList } from "../parts/findings";
import { Loading, Notice, Page, ProblemView } from "../parts/page";
import { Ask, KINDS, Pasted, ToolTabs, toolText } from "../parts/tools";
import type { Kind } from "../parts/tools";
import type { RouteProps } from "../routes";
import { Learned } from "./lookup-views";
import NotFound from "./not-found";

const EXTRA: Partial<Record<Kind, WordKey>> = {
	"mta-sts": "web.tool.mta_sts_extra", dkim: "web.tool.dkim_extra",
};

function Found({ answer, again }: { answer: Lookup; again: () => void }) {
	const subject = "address" in answer ? answer.address :
		shownDomain(answer.domain);
	const findings: readonly Finding[] = answer.findings ?? [];

	if (!answer.done)
		return <div aria-busy="true"><Loading lines={6} /></div>;
	return (
		<div class="looked">
			<header class="section-head">
				<div><h2>{subject}</h2>
					<p class="intro"><When at={answer.checked_at} />
					</p></div>
				<div class="section-actions">
					<button class="button" onClick={again}>
						{t("web.check.again")}</button></div>
			</header>
			{answer.complete ? <Learned answer={answer} /> :
				<Notice kind="warn"><strong>
					{t("web.check.incomplete")}</strong></Notice>}
			<FindingList findings={findings} again={again}
				domain={"address" in answer ? null : answer.domain} />
		</div>
	);
}

function LookupOf({ kind }: { kind: Kind }) {
	const { params } = usePlace();
	const q = params.get("q") ?? "";
	const look = useLook<Lookup | Explained>(q ? "/lookup/" + kind : null,
		{ q, extra: params.get("extra") });
	const { data, problem } = look;
	const extra = EXTRA[kind];

	return (
		<Page title={toolText(kind, "_title")}
			intro={toolText(kind, "_text")}>
			<ToolTabs />
			<Ask label={kind === "ptr" ? t("web.tool.address") :
				t("web.check.box")} again={look.again}
				extra={extra ? t(extra) : null} />
			<Pasted q={q} {...(data && isExplained(data) ?
				{ answer: data } : {})} />
			{problem ? <ProblemView problem={problem}
				again={look.again} /> :
			 !q ? null : !data ? <Loading lines={6} /> :
			 isExplained(data) ? null :
				<Found answer={data} again={look.again} />}
		</Page>
	);
}

export default function LookupPage({ at }: RouteProps) {
	const kind = KINDS.find((one) => one === at.kind);

	return kind ? <LookupOf key={kind} kind={kind} /> : <NotFound />;
}
