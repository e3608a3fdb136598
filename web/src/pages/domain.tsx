/* One domain on one screen: how it stands, what is to be done, where its mail
 * comes from, and the records that bring its reports here. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { write } from "../api/client";
import { useLook } from "../api/look";
import { useQuery } from "../api/query";
import type { Check, Days, Domain as One, Overview, Sources } from
	"../api/types";
import { SPAN_ONLY, asked, go, href, usePlace } from "../model/place";
import { stepPath } from "../model/onboarding";
import { ago, day, number, percent } from "../words/format";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { AttentionList } from "../parts/attention";
import { Figure, Share } from "../parts/bits";
import { DayChart } from "../parts/chart";
import { Confirm } from "../parts/dialog";
import { asDesired, useDesired } from "../parts/desired";
import { DomainTabs } from "../parts/domain-tabs";
import { Strip, TaskList, gravestFirst, isGrave } from
	"../parts/findings";
import { Icon } from "../parts/icons";
import { verdict } from "../parts/looked";
import { Menu } from "../parts/menu";
import { Nothing } from "../parts/nothing";
import { Answer, Card, Notice, Page, ProblemView, Section } from "../parts/page";
import { Records } from "../parts/records";
import { Policy, Sign } from "../parts/status";
import { toast, toastProblem } from "../parts/toast";
import { rangeText } from "../shell/range";
import type { RouteProps } from "../routes";
import { isAdmin } from "../state/settings";
import { rowsOf } from "./overview";

const RUNGS = ["none", "quarantine", "reject"] as const;

/* Where on the way from watching to refusing. */
function Ladder({ one }: { one: One }) {
	const at = one.policy ? RUNGS.indexOf(one.policy) : -1;

	return (
		<ol class="ladder" aria-label={t("web.domain.ladder")}>
			{RUNGS.map((rung, i) => (
				<li key={rung} class={i < at ? "rung-past" : i === at ?
					"rung-now" : ""}
					aria-current={i === at ? "step" : undefined}>
					<Policy value={rung} testing={i === at &&
						one.policy_testing} />
					{i === at && <span class="rung-here">
						{t("web.domain.here")}</span>}
				</li>))}
		</ol>
	);
}

function statusLine(one: One): string {
	if (one.first_report === null)
		return t("web.domain.status_waiting");
	if (!one.own)
		return t("web.domain.status_no_own");
	const share = percent(one.own_passed, one.own);
	return one.own_passed === one.own ?
		t("web.domain.status_all", { count: one.own }) :
		t("web.domain.status_share", { share, own: one.own,
			failing: one.own - (one.own_passed ?? 0) });
}

function sendTest(domain: string): void {
	write("POST", "/intake/test", { domain }).then(() =>
		toast(t("web.domain.test_sent")), toastProblem);
}

/* What is only asked for when somebody wants to see it. */
function Unfold({ title, children }: {
	title: string; children: ComponentChildren;
}) {
	const [open, setOpen] = useState(false);

	return (
		<details class="more" open={open} onToggle={(event) =>
			setOpen(event.currentTarget.open)}>
			<summary>{title}</summary>
			{open && <div>{children}</div>}
		</details>
	);
}

/* No judgement before the first report, unless it is asked for. */
function Waiting({ one }: { one: One }) {
	return <>
		<Card class="waiting">
			<h2>{t("web.domain.waiting")}</h2>
			{one.registered && isAdmin() && <p><a class="button"
				href={stepPath(one.domain, one.onboarding?.step ??
					"scan")}>{t("web.wizard.go_on")}</a></p>}
			<ol class="todo">
				<li><strong>{t("web.domain.todo_publish")}</strong>
					<span>{t("web.domain.todo_publish_text")}</span></li>
				<li><strong>{t("web.domain.todo_wait")}</strong>
					<span>{t("web.domain.todo_wait_text")}</span></li>
				<li><strong>{t("web.domain.todo_test")}</strong>
					<span>{t("web.domain.todo_test_text")}</span>
					{isAdmin() && <button class="button button-small"
						onClick={() => sendTest(one.domain)}>
						{t("web.domain.test_send")}</button>}</li>
			</ol>
			{one.added_at !== null && <p class="muted small">
				{t("web.domain.added", { when: ago(one.added_at) })}</p>}
		</Card>
		<Section title={t("web.domain.records")}>
			<Records domain={one.domain} /></Section>
		<Unfold title={t("web.domain.dns_show")}>
			<Health one={one} /></Unfold>
	</>;
}

function Facts({ one, data }: { one: One; data: Overview }) {
	const { totals } = data;
	const to = (change: Record<string, string>) =>
		href("/reports/dmarc", { domain: one.domain, ...change });

	return (
		<dl class="facts">
			<div><dt><Sign tone="ok" />{t("web.overview.own")}</dt>
				<dd>{totals.own ? <a href={to({ class: "own" })}>
					{percent(totals.own_passed, totals.own)}</a> :
					t("web.state.no_data")}</dd></div>
			<div><dt><Sign tone="rejected" />
				{t("web.overview.blocked")}</dt>
				<dd><Figure value={totals.blocked}
					to={to({ class: "blocked" })} /></dd></div>
			<div><dt><Sign tone="none" />
				{t("web.overview.unrecognised")}</dt>
				<dd><Figure value={totals.unrecognised}
					to={to({ class: "unrecognised" })} /></dd></div>
			<div><dt><Sign tone="forwarded" />
				{t("web.class.forwarded")}</dt>
				<dd><Figure value={totals.forwarded}
					to={to({ class: "forwarded" })} /></dd></div>
			<div><dt><Icon name="lock" size={16} />
				{t("web.domains.tls_failed")}</dt>
				<dd>{one.tls_sessions === null ?
					t("web.state.no_data") :
					<Figure value={one.tls_failed} to={href(
						"/reports/tls", { domain: one.domain })} />}
				</dd></div>
		</dl>
	);
}

function TopSources({ domain }: { domain: string }) {
	const at = usePlace();
	const params = asked(at, SPAN_ONLY);
	params.set("domain", domain);
	params.set("sort", "-messages");
	params.set("limit", "6");
	const query = useQuery<Sources>("/sources", params);

	return (
		<Section title={t("web.domain.sources")} actions={
			<a class="button button-small" href={href("/sources",
				{ domain })}>{t("web.domain.all_sources")}</a>}>
			<Answer query={query} lines={5}>{(data) => (
				<ul class="source-list">
					{[...data.sources].sort((a, b) =>
						(b.messages ?? 0) - (a.messages ?? 0))
						.slice(0, 6).map((one) => (
						<li key={one.slug}>
							<a href={href("/sources/" +
								encodeURIComponent(one.slug),
								{ domain })}>{one.label}</a>
							<span class="muted small">{one.triage ?
								of("web.triage.", one.triage) :
								t("web.triage.new")}</span>
							<Share part={one.passed}
								whole={one.messages}
								good={one.triage === "ours" ?
									0.97 : 0} />
							<span class="num">
								{number(one.messages)}</span>
						</li>))}
				</ul>)}</Answer>
		</Section>
	);
}

/* How the domain stands in DNS, and what there is to do about it: each thing
 * unfolds in its place, down to the record to copy. */
function Health({ one }: { one: One }) {
	const { domain } = one;
	const look = useLook<Check>("/check", { domain });
	const { data, problem } = look;
	const grave = gravestFirst(data?.findings ?? []).filter(isGrave);
	const desired = useDesired(domain, one.registered &&
		grave.some(({ record }) => record));
	const all = `/d/${encodeURIComponent(domain)}/dns`;

	return (
		<Section title={t("web.domain.dns")}
			{...(data ? { intro: <span role="status">
				{verdict(data)}</span> } : {})}
			actions={<>
				{data?.done && <button class="button button-small"
					onClick={look.again}>
					{t("web.check.again")}</button>}
				<a class="button button-small" href={all}>
					{t("web.domain.dns_all")}</a></>}>
			{problem ? <ProblemView problem={problem}
				again={look.again} /> :
			 !data ? <p class="muted">{t("web.check.waiting")}</p> : <>
				<Strip checks={data.checks} to={(check) =>
					(grave.some((task) => task.check === check) ?
						"" : all) + "#part-" + check} />
				{data.done && grave.length > 0 && <TaskList
					tasks={asDesired(grave, desired.data)}
					domain={domain}
					zone={desired.data?.zone ?? null}
					again={look.again} />}
			</>}
		</Section>
	);
}

/* Known from reports alone: it has no records of its own yet. */
function NotAdded({ domain }: { domain: string }) {
	const add = () => {
		write("POST", "/domains", { domains: [domain],
			purpose: "people" }).catch(toastProblem);
	};

	return <Notice actions={isAdmin() && <button class="button"
		onClick={add}>{t("web.action.add_domain")}</button>}>
		<strong>{t("web.domains.seen_only")}</strong>
		<p>{t("web.domain.not_added")}</p></Notice>;
}

function Alive({ one }: { one: One }) {
	const at = usePlace();
	const params = asked(at, SPAN_ONLY);
	params.set("domain", one.domain);
	const overview = useQuery<Overview>("/overview", params);
	const days = useQuery<Days>("/days", params);
	const attention = overview.data?.attention ?? [];

	return <>
		{attention.length > 0 && <section class="card attention-card"
			aria-labelledby="attention">
			<h2 id="attention">{t("web.overview.attention")}</h2>
			<AttentionList items={attention} />
		</section>}
		<Answer query={overview} lines={3}>{(data) =>
			<Facts one={one} data={data} />}</Answer>
		<Health one={one} />
		<Section title={t("web.overview.days")}
			intro={rangeText(at.params)}>
			<Answer query={days} lines={8}>{(data) =>
				data.days.some((d) => d.messages) ?
				<Card><DayChart data={data}
					title={t("web.overview.days")}
					pick={(part, on) => go(rowsOf(part, on))} />
				</Card> : <Nothing anyReports />}</Answer>
		</Section>
		<TopSources domain={one.domain} />
		<Section title={t("web.domain.records")}>
			{one.registered ? <Unfold
				title={t("web.domain.records_show")}>
				<Records domain={one.domain} /></Unfold> :
				<NotAdded domain={one.domain} />}
		</Section>
	</>;
}

function Remove({ one, onClose }: { one: One; onClose: () => void }) {
	const [data, setData] = useState(false);

	return (
		<Confirm danger onClose={onClose} word={t("web.domain.remove")}
			title={t("web.domain.remove_title",
				{ domain: shownDomain(one.domain) })}
			onDo={async () => {
				await write("DELETE", "/domains/" +
					encodeURIComponent(one.domain), undefined,
					data ? { data: "true" } : {});
				toast(t("web.domain.removed",
					{ domain: shownDomain(one.domain) }));
				go(href("/domains", { domain: null }));
			}}>
			<p>{t("web.domain.remove_text")}</p>
			<label class="check"><input type="checkbox" checked={data}
				onChange={(event) =>
					setData(event.currentTarget.checked)} />
				{t("web.domain.remove_data")}</label>
		</Confirm>
	);
}

function Actions({ one }: { one: One }) {
	const [removing, setRemoving] = useState(false);
	const purpose = (value: NonNullable<One["purpose"]>) =>
		write("PATCH", "/domains/" + encodeURIComponent(one.domain),
			{ purpose: value }).catch(toastProblem);

	return <>
		{!one.registered && <a class="button" href={href("/d/" +
			encodeURIComponent(one.domain) + "/dns")}>
			{t("web.domain.dns_short")}</a>}
		<a class="button" href={href("/reports/dmarc",
			{ domain: one.domain })}>
			<Icon name="search" size={16} />{t("web.nav.explore")}</a>
		{isAdmin() && <Menu plain side="end" class="icon-menu"
			label={t("web.action.more")} face={<Icon name="more" />}>
			{(close) => <>
				{one.registered && (["people", "systems", "parked"] as
					const).map((value) => (
					<button type="button" key={value} class="menu-item"
						aria-pressed={value === one.purpose}
						onClick={() => {
							close();
							void purpose(value);
						}}><span class="menu-tick">{value ===
							one.purpose && <Icon name="check"
								size={16} />}</span>
						{of("web.purpose.", value)}</button>))}
				{one.registered && <hr />}
				<button type="button" class="menu-item menu-danger"
					onClick={() => {
						close();
						setRemoving(true);
					}}><Icon name="trash" size={16} />
					{t("web.domain.remove")}</button>
			</>}
		</Menu>}
		{removing && <Remove one={one}
			onClose={() => setRemoving(false)} />}
	</>;
}

export default function Domain({ at }: RouteProps) {
	const name = at.domain!;
	const query = useQuery<One>("/domains/" + encodeURIComponent(name));
	const one = query.data;

	return (
		<Page title={shownDomain(name)} crumb={<a
			href={href("/domains")}>{t("web.nav.domains")}</a>} intro={one ? statusLine(one) :
			"\u00a0"} actions={one && <Actions one={one} />}>
			{one?.registered && <DomainTabs domain={name} />}
			<Answer query={query} lines={8}>{(data) => <>
				<Card class="ladder-card">
					<Ladder one={data} />
					<p class="muted small">{data.policy_seen ?
						t("web.domain.policy_seen",
							{ day: day(data.policy_seen) }) :
						t("web.domain.policy_unseen")}
						{data.purpose && <> · {of("web.purpose.",
							data.purpose)}</>}
						{data.last_report !== null && <> · {
							t("web.overview.last_report",
							{ when: ago(data.last_report) })}</>}</p>
				</Card>
				{data.first_report === null ? <Waiting one={data} /> :
					<Alive one={data} />}
			</>}</Answer>
		</Page>
	);
}
