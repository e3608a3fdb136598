/* A look at a domain as it comes in: the sentence, the strip, the findings. */
import type { ComponentChildren } from "preact";
import type { Check } from "../api/types";
import type { Look } from "../api/look";
import { shownDomain } from "../words/idn";
import { plural, t } from "../words/words";
import { When } from "./bits";
import { FindingList, Strip, partName } from "./findings";
import { Loading, Notice, ProblemView } from "./page";

/* What the whole of it says, in one or two sentences. */
export function verdict(look: Check): string {
	const count = (...severities: string[]) => look.findings.filter((one) =>
		severities.includes(one.severity)).length;
	const problems = count("critical", "fail"), warnings = count("warn");
	const unknown = look.checks.filter((one) =>
		one.status === "unknown").length;
	const told: string[] = [];

	if (!look.done)
		return t("web.check.looking",
			{ domain: shownDomain(look.domain) });
	if (problems)
		told.push(plural("web.check.problems.", problems));
	if (warnings)
		told.push(plural("web.check.warnings.", warnings));
	if (unknown)
		told.push(plural("web.check.unknown_parts.", unknown));
	return told.join(" ") || t("web.check.fine");
}

export function Looked({ look, actions }: {
	look: Look<Check>; actions?: ComponentChildren;
}) {
	const { data, problem } = look;

	if (problem)
		return <ProblemView problem={problem} again={look.again} />;
	if (!data)
		return <Loading lines={6} />;
	const unknown = data.checks.filter((one) => one.status === "unknown");
	return (
		<div class="looked" aria-busy={!data.done}>
			<header class="section-head">
				<div>
					<h2><span role="status">{verdict(data)}</span></h2>
					<p class="intro"><strong>
						{shownDomain(data.domain)}</strong> · <When
						at={data.checked_at} /></p>
				</div>
				{data.done && <div class="section-actions">
					<button class="button" onClick={look.again}>
						{t("web.check.again")}</button>
					{actions}
				</div>}
			</header>
			<Strip checks={data.checks}
				to={(check) => "#part-" + check} />
			{data.done && unknown.length > 0 && <Notice>
				<strong>{t("web.check.unknown_title")}</strong>
				<p>{unknown.map((one) => partName(one.check))
					.join(" · ")}</p>
			</Notice>}
			<FindingList findings={data.findings}
				domain={data.domain} again={look.again} />
		</div>
	);
}
