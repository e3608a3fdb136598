/* The columns of a table of domains. */
import type { Domain } from "../api/types";
import { STEPS, stepNumber, stepPath } from "../model/onboarding";
import { href } from "../model/place";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { DomainLink, Figure, Share, Spark, When } from "./bits";
import { Policy } from "./status";
import type { Column } from "./table";

const LADDER = ["none", "quarantine", "reject"];

function of30(domain: string, change: Record<string, string>): string {
	return href("/reports/dmarc", { domain, range: "30d", from: null,
		to: null, ...change });
}

export function domainColumns(): Column<Domain>[] {
	return [
		{ id: "domain", label: t("web.field.domain"), fixed: true,
		  by: (one) => shownDomain(one.domain), cell: (one) => <>
			<DomainLink domain={one.domain} />
			<span class="sub">{!one.registered ?
				t("web.domains.seen_only") : one.onboarding ?
				<a href={stepPath(one.domain, one.onboarding.step)}>
					{t("web.wizard.resume", { step: stepNumber(
						one.onboarding.step), of: STEPS.length })}</a> :
				one.first_report === null ?
				t("web.domains.waiting") : one.purpose ?
				of("web.purpose.", one.purpose) : ""}</span></> },
		{ id: "policy", label: t("web.field.policy"), first: "down",
		  by: (one) => one.policy ? LADDER.indexOf(one.policy) : null,
		  cell: (one) => <Policy value={one.policy}
			testing={one.policy_testing} /> },
		{ id: "own", label: t("web.domains.own"), number: true,
		  first: "up", by: (one) => one.own ?
			(one.own_passed ?? 0) / one.own : null,
		  cell: (one) => <a class="plain-link"
			href={of30(one.domain, { class: "own" })}>
			<Share part={one.own_passed} whole={one.own}
				good={0.97} /></a> },
		{ id: "messages", label: t("web.field.messages"), number: true,
		  by: (one) => one.messages, cell: (one) =>
			<Figure value={one.messages}
				to={of30(one.domain, {})} /> },
		{ id: "spark", label: t("web.domains.spark"), cell: (one) =>
			one.messages ? <Spark values={one.spark.slice(-30)}
				label={t("web.domains.spark_label",
					{ count: one.messages })} /> :
			<span class="muted">–</span> },
		{ id: "unrecognised", label: t("web.class.unrecognised"),
		  number: true, expert: true, by: (one) => one.unrecognised,
		  cell: (one) => <Figure value={one.unrecognised}
			to={of30(one.domain, { class: "unrecognised" })} /> },
		{ id: "blocked", label: t("web.class.blocked"), number: true,
		  by: (one) => one.blocked, cell: (one) =>
			<Figure value={one.blocked}
				to={of30(one.domain, { class: "blocked" })} /> },
		{ id: "tls", label: t("web.domains.tls_failed"), number: true,
		  expert: true, by: (one) => one.tls_failed, cell: (one) =>
			<Figure value={one.tls_failed} to={href("/reports/tls",
				{ domain: one.domain })} /> },
		{ id: "last", label: t("web.domains.last"), first: "down",
		  by: (one) => one.last_report,
		  cell: (one) => <When at={one.last_report} /> },
	];
}
