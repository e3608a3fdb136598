/* TLS reports as they are shown: what failed, with what it means and what to
 * do; sessions by whatever tells them apart. */
import type { ComponentChildren } from "preact";
import { useQuery } from "../api/query";
import type { Tls, TlsRow } from "../api/types";
import { day, number, percent } from "../words/format";
import { finding, of, plural, t } from "../words/words";
import { Share } from "./bits";
import { Icon } from "./icons";
import { Card, Empty, Section } from "./page";
import { Status } from "./status";
import { Table } from "./table";
import type { Column } from "./table";

const FAMILIES = ["policy", "encryption", "delivery"] as const;

/* The code of the catalogue for a result type of RFC 8460 section 4.3. */
export function tlsCode(result: string): string {
	const code = "tls." + result.toLowerCase().replaceAll("-", "_");

	return finding(code) ? code : "tls.unknown";
}

export function typeText(type: string | null): string {
	if (type === "sts" || type === "tlsa")
		return of("web.tls.type.", type);
	return of("web.tls.type.", type === "no-policy-found" ? "none" :
		"unknown");
}

/* All of it in one sentence. */
export function TlsSum({ totals }: { totals: TlsRow }) {
	const { sessions, successful, failed } = totals;

	return (
		<Card class="tls-sum"><h2 class="explore-sentence"
			data-sessions={sessions} data-failed={failed}>
			{plural("web.tls.sentence.", sessions, {
				good: successful,
				share: percent(successful, sessions) })}
		</h2></Card>
	);
}

/* ---- by result ---- */

function Failure({ row }: { row: TlsRow }) {
	const found = finding(row.code ?? "tls.unknown");

	return (
		<article class="card tls-result" data-result={row.key ?? ""}
			data-failed={row.failed}>
			<header>
				<h3><Status tone="fail" word={found?.title ??
					row.key ?? ""} /></h3>
				<p class="tls-count"><strong>{plural(
					"web.tls.failed_count.", row.failed)}</strong>{" "}
					<span class="muted">{plural(
						"web.tls.reports_count.", row.reports)}
						{row.last_seen !== null && <> · {
							day(row.last_seen)}</>}</span></p>
			</header>
			{found && <p>{found.meaning}</p>}
			{found?.fix && <p class="tls-fix"><Icon name="right" size={16} />
				<span>{found.fix}</span></p>}
			<p class="muted small"><code>{row.key}</code>
				{found?.reference && <> · {found.reference}</>}</p>
		</article>
	);
}

export function TlsFailures({ rows }: { rows: readonly TlsRow[] }) {
	const failed = rows.filter((row) => row.failed > 0);

	if (failed.length === 0)
		return <Empty icon="check" title={t("web.tls.no_failures")}>
			<p>{t("web.tls.no_failures_text")}</p></Empty>;
	return <>{FAMILIES.map((family) => {
		const mine = failed.filter((row) => row.family === family)
			.sort((a, b) => b.failed - a.failed);
		return mine.length > 0 && (
			<Section key={family} title={of("web.tls.family.", family)}
				intro={of("web.tls.family_text.", family)}>
				<div class="tls-results">{mine.map((row) =>
					<Failure key={row.key} row={row} />)}</div>
			</Section>
		);
	})}</>;
}

/* ---- tables ---- */

type By = "reporter" | "mx" | "domain" | "day" | "policy_type";

function labelOf(by: By): string {
	return by === "reporter" ? t("web.field.reporter") :
		by === "mx" ? t("web.tls.mx") :
		by === "day" ? t("web.tls.day") :
		by === "policy_type" ? t("web.tls.by_policy") :
		t("web.field.domain");
}

function columns(by: By, name: (key: string) => ComponentChildren):
	Column<TlsRow>[] {
	const all: Column<TlsRow>[] = [
		{ id: "key", label: labelOf(by), fixed: true,
		  by: (row) => row.key, cell: (row) => row.key ?
			name(row.key) : t("web.state.unknown") },
		{ id: "sessions", label: t("web.tls.sessions"), number: true,
		  by: (row) => row.sessions,
		  cell: (row) => number(row.sessions) },
		{ id: "successful", label: t("web.tls.successful"),
		  number: true, by: (row) => row.successful,
		  cell: (row) => number(row.successful) },
		{ id: "failed", label: t("web.tls.failed"), number: true,
		  by: (row) => row.failed, cell: (row) => row.failed ?
			<strong class="ink-fail">{number(row.failed)}</strong> :
			<span class="muted">{number(0)}</span> },
		{ id: "share", label: t("web.tls.share"), number: true,
		  first: "up", by: (row) => row.sessions ?
			row.successful / row.sessions : null,
		  cell: (row) => <Share part={row.successful}
			whole={row.sessions} good={0.99} /> },
		{ id: "reports", label: t("web.tls.list"), number: true,
		  by: (row) => row.reports, cell: (row) =>
			number(row.reports) },
		{ id: "last", label: t("web.spoof.last"), class: "nowrap",
		  first: "down", by: (row) => row.last_seen,
		  cell: (row) => day(row.last_seen) },
	];

	// Which sessions succeeded at an MX is in no report.
	return by === "mx" ? all.filter((one) => ["key", "failed", "reports",
		"last"].includes(one.id)) : by === "day" ?
		all.filter((one) => one.id !== "last") : all;
}

export function TlsTable({ by, rows, name }: {
	by: By; rows: readonly TlsRow[];
	name: (key: string) => ComponentChildren;
}) {
	return <Table name={"tls." + by} caption={labelOf(by)} rows={rows}
		columns={columns(by, name)} plain
		keyOf={(row) => row.key ?? "\0"} sort={by === "mx" ? "-failed" :
			by === "day" ? "-key" : "-sessions"} />;
}

/* `params`: the span and filters, without a group. */
export function TlsByPolicy({ params }: { params: URLSearchParams }) {
	const asked = new URLSearchParams(params);
	asked.set("group", "policy_type");
	const { data } = useQuery<Tls>("/tls", asked);

	if (!data || data.rows.length === 0)
		return null;
	return (
		<Section title={t("web.tls.by_policy")}
			intro={t("web.tls.never_added")}>
			<TlsTable by="policy_type" rows={data.rows}
				name={typeText} />
		</Section>
	);
}
