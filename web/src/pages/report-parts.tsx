/* What pages of reports share: names of kinds, doors and repairs, and the
 * facts of a report in pairs. */
import type { ComponentChildren } from "preact";
import { write } from "../api/client";
import type { Report, ReportDetail } from "../api/types";
import { go, href } from "../model/place";
import { day, moment, number, utc } from "../words/format";
import { finding, named, of, plural, t } from "../words/words";
import { Card } from "../parts/page";
import { toast, toastProblem } from "../parts/toast";

export function orgName(org: string | null): string {
	return org || t("web.report.unnamed");
}

export function reportHref(one: { id: number; kind: Report["kind"] }): string {
	const kind = { dmarc: "dmarc", tlsrpt: "tls",
		       failure: "failure" }[one.kind];

	return href(`/reports/${kind}/${one.id}`);
}

/* Days as the reporter gave them: ends are inclusive. */
export function periodText(one: Report): string {
	const from = day(one.begin), to = day(Math.max(one.end - 1, one.begin));

	return from === to ? from : t("web.report.period", { from, to });
}

export function Moment({ at }: { at: number }) {
	return <time dateTime={new Date(at * 1000).toISOString()}
		title={utc(at)}>{moment(at)}</time>;
}

/* A code of the catalogue in words; the code itself stays in sight. */
export function Reason({ code, line, detail }: {
	code: string; line?: number | null; detail?: string | null;
}) {
	const found = finding(code, { detail: detail ?? "", line: line ?? "" });

	return (
		<span class="reason">
			<span>{found?.title ?? code}{line !== null && line !== undefined &&
				!found?.title.includes(String(line)) && " (" +
				t("web.inbox.line", { line }) + ")"}</span>
			{found && <code class="raw">{code}</code>}
		</span>
	);
}

export function Repairs({ report }: { report: Report }) {
	if (report.repairs.length === 0)
		return null;
	return (
		<Card>
			<h2>{t("web.report.repairs")}</h2>
			<p class="intro small">{t("web.report.repairs_intro")}</p>
			<ul class="repairs">{report.repairs.map((one) => {
				const found = finding(one.code, { count: one.count });
				return <li key={one.code}>
					<Reason code={one.code} />
					<span class="muted small">
						{plural("web.report.times.", one.count)}</span>
					{found?.meaning && <p class="muted small">
						{found.meaning}</p>}
				</li>;
			})}</ul>
		</Card>
	);
}

export type Pair = readonly [label: string, value: ComponentChildren];

export function Pairs({ pairs }: { pairs: readonly Pair[] }) {
	return <dl class="pairs">{pairs.filter(([, value]) => value !== null &&
		value !== undefined && value !== "").map(([label, value]) => (
		<div key={label}><dt>{label}</dt><dd>{value}</dd></div>))}</dl>;
}

export function doorText(door: string | null): string | null {
	return door === null ? null : named("web.door.", door);
}

/* How it came, and the envelope of the mail that carried it. */
export function Carrier({ data }: { data: ReportDetail }) {
	const envelope = Object.entries(data.envelope ?? {}).map(
		([name, value]): Pair => [named("web.envelope.", name),
			<span class="mono">{String(value)}</span>]);

	return (
		<Card>
			<h2>{t("web.report.carrier")}</h2>
			<Pairs pairs={[
				[t("web.report.door"), doorText(data.door)],
				[t("web.reports.received"),
				 <Moment at={data.report.received_at} />],
				[t("web.report.trust"), of("web.trust.",
					data.report.trust)],
				...envelope,
				[t("web.report.file"), data.path &&
				 <span class="mono">{data.path}</span>],
				[t("web.report.member"), data.member &&
				 <span class="mono">{data.member}</span>],
			]} />
		</Card>
	);
}

export function About({ data, sessions }: {
	data: ReportDetail; sessions?: boolean;
}) {
	const { report } = data;

	return (
		<Card>
			<h2>{t("web.report.about")}</h2>
			<Pairs pairs={[
				[t("web.report.reporter"), orgName(report.org)],
				[t("web.report.contact"), data.email &&
				 <span class="mono">{data.email}</span>],
				[t("web.report.domain"), report.domain],
				[t("web.reports.period"), <span
					title={utc(report.begin) + " – " +
						utc(report.end)}>
					{periodText(report)}</span>],
				[t("web.report.id"), report.report_id &&
				 <span class="mono">{report.report_id}</span>],
				[t(sessions ? "web.report.sessions" :
					"web.report.messages"), <span class="num">
					{number(report.messages)}</span>],
				[t("web.reports.passed"), <span class="num">
					{number(report.passed)}</span>],
			]} />
		</Card>
	);
}

export function reparse(id: number): void {
	write("POST", `/reports/${id}/reparse`).then(() =>
		toast(t("web.report.reparsed")), toastProblem);
}

export async function remove(one: Report): Promise<void> {
	await write("DELETE", "/reports/" + one.id);
	toast(t("web.report.deleted"));
	go(href("/reports"));
}
