/* One report: who sent it, for when, what it says row by row, what had to be
 * put right, and the original to take away. */
import { useState } from "preact/hooks";
import { apiUrl } from "../api/client";
import { useQuery } from "../api/query";
import type { Detail, ReportDetail, Rows } from "../api/types";
import { href, setParams, usePlace } from "../model/place";
import { plural, named, t } from "../words/words";
import { percent } from "../words/format";
import { shownDomain } from "../words/idn";
import { Confirm } from "../parts/dialog";
import { Switch } from "../parts/field";
import { Icon } from "../parts/icons";
import { Menu } from "../parts/menu";
import { Answer, Card, Empty, Page, Section } from "../parts/page";
import { Policy } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { isAdmin } from "../state/settings";
import type { RouteProps } from "../routes";
import { detailColumns, rowKey } from "./explore-detail";
import { About, Carrier, Pairs, Repairs, orgName, periodText, remove,
	 reparse } from "./report-parts";
import type { Pair } from "./report-parts";
import { TlsPolicies } from "./tls-report";

function PolicyValue({ name, value }: { name: string; value: unknown }) {
	const rung = name === "p" || name === "sp" || name === "np";

	if (rung && (value === "none" || value === "quarantine" ||
		     value === "reject"))
		return <Policy value={value} />;
	return <span class="mono">{String(value)}</span>;
}

function Published({ policy }: { policy: ReportDetail["policy"] }) {
	const pairs = Object.entries(policy ?? {}).map(([name, value]): Pair =>
		[named("web.policy_tag.", name),
		 <PolicyValue name={name} value={value} />]);

	return (
		<Card>
			<h2>{t("web.report.policy")}</h2>
			<p class="intro small">{pairs.length ?
				t("web.report.policy_intro") :
				t("web.report.policy_none")}</p>
			<Pairs pairs={pairs} />
		</Card>
	);
}

/* What tells rows of one report apart comes first; all the rest is there for
 * whoever wants it. */
const FIRST = ["header_from", "count", "ip", "source", "spf", "dkim",
	       "disposition", "class"];

function columns(): Column<Detail>[] {
	const all = detailColumns(false);
	const first = FIRST.map((id) => all.find((one) => one.id === id)!);

	return [...first.map((one) => one.id === "header_from" ?
		{ ...one, fixed: true } : one),
		...all.filter((one) => !FIRST.includes(one.id) &&
			one.id !== "reporter" && one.id !== "day")
			.map((one) => ({ ...one, expert: true }))];
}

function ReportRows({ id }: { id: string }) {
	const at = usePlace();
	const failing = at.params.get("result") === "fail";
	const cursor = at.params.get("cursor");
	const rows = useQuery<Rows>("/rows", { report: id, limit: 100, cursor,
		...(failing ? { result: "fail" } : {}) });

	return (
		<Section title={t("web.report.rows")} actions={
			<Switch on={failing} label={t("web.filter.failures_only")}
				onChange={(on) => setParams({
					result: on ? "fail" : null })} />}>
			<Answer query={rows} lines={6}>{(data) =>
				data.rows.length === 0 ? <Empty icon="check"
					title={failing ? t("web.report.rows_passed") :
						t("web.report.rows_none")} /> :
				<Table name="report.rows" rows={data.rows}
					caption={t("web.report.rows")}
					columns={columns()}
					keyOf={rowKey} next={data.next} />}</Answer>
		</Section>
	);
}

function Actions({ data }: { data: ReportDetail }) {
	const [removing, setRemoving] = useState(false);
	const { report } = data;
	const raw = apiUrl(`/reports/${report.id}/raw`);

	return <>
		{report.raw_kept ? <a class="button" href={raw} download>
			<Icon name="download" size={16} />
			{t("web.report.raw")}</a> :
			<span class="muted small">{t("web.report.raw_gone")}</span>}
		{isAdmin() && <Menu plain side="end" class="icon-menu"
			label={t("web.action.more")} face={<Icon name="more" />}>
			{(close) => <>
				{report.raw_kept && <button type="button"
					class="menu-item" onClick={() => {
						close();
						reparse(report.id);
					}}><Icon name="undo" size={16} />
					{t("web.report.reparse")}</button>}
				<button type="button" class="menu-item menu-danger"
					onClick={() => {
						close();
						setRemoving(true);
					}}><Icon name="trash" size={16} />
					{t("web.report.delete")}</button>
			</>}
		</Menu>}
		{removing && <Confirm danger title={t("web.report.delete")}
			word={t("web.report.delete")}
			onClose={() => setRemoving(false)}
			onDo={() => remove(report)}>
			<p>{t("web.report.delete_text")}</p></Confirm>}
	</>;
}

function intro(data: ReportDetail): string {
	const { report } = data;
	const whole = report.messages;
	const share = percent(report.passed, whole);

	if (whole === 0)
		return t("web.report.rows_none");
	return report.kind === "tlsrpt" ?
		plural("web.tls.sentence.", whole, { good: report.passed,
						     share }) :
		plural("web.explore.sentence.", whole,
			{ passed: report.passed, share });
}

export default function OneReport({ at }: RouteProps) {
	const query = useQuery<ReportDetail>("/reports/" +
		encodeURIComponent(at.id!));
	const data = query.data;
	const tls = data?.report.kind === "tlsrpt";
	const title = data ? t("web.report.title",
		{ org: orgName(data.report.org) }) : t("web.explore.report");

	if (query.problem?.status === 404)
		return (
			<Page title={t("web.report.not_here")}>
				<Empty title={t("web.report.not_here")} actions={
					<a class="button" href={href("/reports")}>
						{t("web.nav.reports")}</a>} />
			</Page>
		);
	return (
		<Page title={title} intro={data ? intro(data) : "\u00a0"}
			crumb={<a href={href(tls ? "/reports/tls" :
				"/reports/dmarc")}>{tls ? t("web.nav.tls") :
				t("web.nav.explore")}</a>}
			actions={data && <>
				{data.report.domain && !tls && <a class="button"
					href={href("/reports/dmarc", {
						domain: data.report.domain, range: null,
						from: dayOf(data.report.begin),
						to: dayOf(data.report.begin) })}>
					<Icon name="search" size={16} />
					{t("web.report.explore")}</a>}
				<Actions data={data} />
			</>}>
			<Answer query={query} lines={8}>{(one) => <>
				<p class="report-domain">{one.report.domain &&
					<>{shownDomain(one.report.domain)} · </>}
					{periodText(one.report)}</p>
				{tls ? <TlsPolicies policies={one.tls} /> :
					<ReportRows id={at.id!} />}
				<div class="two">
					<About data={one} sessions={tls} />
					{!tls && <Published policy={one.policy} />}
					<Carrier data={one} />
					<Repairs report={one.report} />
				</div>
			</>}</Answer>
		</Page>
	);
}

function dayOf(at: number): string {
	return new Date(at * 1000).toISOString().slice(0, 10);
}
