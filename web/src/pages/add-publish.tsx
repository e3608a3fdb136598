/* The plan's records into DNS: by a provider, by hand, by somebody else. */
import { useState } from "preact/hooks";
import { useLook } from "../api/look";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { Check, DnsPlan, DnsProviders, Domain } from "../api/types";
import { dnsHost, nameServers } from "../model/host";
import { keepStep, stepPath } from "../model/onboarding";
import { go } from "../model/place";
import { cachedFor } from "../model/plan";
import { span } from "../words/format";
import { shownDomain } from "../words/idn";
import { named, plural, t } from "../words/words";
import { Confirm } from "../parts/dialog";
import { FindingList } from "../parts/findings";
import { Icon } from "../parts/icons";
import { Answer, Card, Loading, Notice } from "../parts/page";
import { ChangeCard, Texts } from "../parts/plan";
import { Said } from "../parts/said";
import { Onward, onTo } from "../parts/wizard";
import { Share } from "./dns-act";
import { AddProvider } from "./dns-providers";

const POLL = 1_500; // ms

type Provider = DnsProviders["providers"][number];

function Sure({ one, plan, by, onClose }: {
	one: Domain; plan: DnsPlan; by: Provider | null; onClose: () => void;
}) {
	const changes = plan.plan!.changes;
	const count = changes.filter(({ what }) => what !== "keep").length;
	const cached = cachedFor(changes);

	return (
		<Confirm onClose={onClose} title={t(by ? "web.dns.sure" :
			"web.dns.sure_hand", { domain: shownDomain(one.domain) })}
			word={t(by ? "web.dns.publish" : "web.dns.by_hand_done")}
			onDo={async () => {
				await write("POST", `/dns/plans/${plan.id}/confirm`,
					by ? { provider: by.id } : { by_hand: true });
				await keepStep(one, "verify", { plan: plan.id });
				go(stepPath(one.domain, "verify"));
			}}>
			<p>{by ? plural("web.dns.sure_text.", count,
				{ provider: by.name }) :
				t("web.dns.sure_hand_text")}</p>
			{by && <p>{t("web.dns.sure_undo")}</p>}
			{cached > 0 && <p class="muted">{t("web.dns.sure_cached",
				{ span: span(cached) })}</p>}
		</Confirm>
	);
}

/* Who may write the changes; whoever runs the domain's DNS comes first. */
function Providers({ one, choose }: {
	one: Domain; choose: (by: Provider) => void;
}) {
	const query = useQuery<DnsProviders>("/dns/providers");
	const check = useLook<Check>("/check", { domain: one.domain }).data;
	const [adding, setAdding] = useState(false);
	const by = dnsHost(nameServers(check));
	const known = [...query.data?.providers ?? []].sort((a, b) =>
		Number(b.kind === by?.kind) - Number(a.kind === by?.kind));

	return (
		<Card class="wizard-way">
			<h3>{t("web.wizard.by_provider")}</h3>
			<p class="muted">{by ? t("web.wizard.dns_by",
				{ name: by.name }) : t("web.wizard.by_provider_text")}
			</p>
			<div class="buttons">
				{known.map((provider, i) => <button type="button"
					key={provider.id} class={"button" +
						(i === 0 ? " button-main" : "")}
					onClick={() => choose(provider)}>
					{t("web.wizard.publish_via",
						{ name: provider.name })}
					<span class="wizard-kind">{named(
						"web.dns.kind_", provider.kind)}</span>
				</button>)}
				<button type="button" class="button"
					onClick={() => setAdding(true)}>
					<Icon name="plus" size={16} />
					{t("web.dns.provider_add")}</button>
			</div>
			{adding && query.data && <AddProvider
				kinds={query.data.kinds} first={by?.kind ?? null}
				onClose={() => setAdding(false)} />}
		</Card>
	);
}

function Ways({ one, plan }: { one: Domain; plan: DnsPlan }) {
	const [by, setBy] = useState<Provider | "hand" | null>(null);
	const todo = plan.plan!.changes.filter(({ what }) => what !== "keep");

	return <>
		<Providers one={one} choose={setBy} />
		<Card class="wizard-way">
			<h3>{t("web.wizard.by_admin")}</h3>
			<p class="muted">{t("web.wizard.by_admin_text")}</p>
			<Share one={plan} />
		</Card>
		<Card class="wizard-way">
			<h3>{t("web.wizard.by_hand")}</h3>
			<p class="muted">{t("web.wizard.by_hand_text")}</p>
			{todo.map((change) => <ChangeCard one={change}
				key={change.name + change.type} />)}
			<h4>{t("web.dns.texts")}</h4>
			<Texts text={plan.plan!.text} />
			<p class="form-row"><button type="button" class="button"
				onClick={() => setBy("hand")}>
				{t("web.dns.by_hand_done")}</button></p>
		</Card>
		{by && <Sure one={one} plan={plan} by={by === "hand" ? null : by}
			onClose={() => setBy(null)} />}
	</>;
}

/* Something is in the way: the plan has to be made again. */
function Again({ one, plan }: { one: Domain; plan: DnsPlan }) {
	const back = <a class="button" href={stepPath(one.domain, "plan")}>
		{t("web.wizard.to_plan")}</a>;

	if (plan.plan?.blocked)
		return <><Notice kind="fail" actions={back}>
			<strong>{t("web.dns.blocked")}</strong>
			<p>{t("web.dns.blocked_text")}</p></Notice>
			<FindingList findings={plan.plan.findings}
				domain={one.domain} again={null} /></>;
	return <Notice kind={plan.state === "failed" ? "fail" : "warn"}
		actions={back}><strong>{t(plan.state === "failed" ?
			"web.dns.failed" : "web.dns.changed")}</strong>
		<p class="pre-line"><Said text={plan.words ??
			t("web.dns.changed_text")} /></p></Notice>;
}

function Known({ one, plan }: { one: Domain; plan: DnsPlan }) {
	switch (plan.state) {
	case "asked":
		return <div aria-busy="true"><p class="form-row">
			{t("web.dns.looking")}</p><Loading lines={4} /></div>;
	case "ready":
		return plan.plan?.blocked ? <Again one={one} plan={plan} /> :
			<Ways one={one} plan={plan} />;
	case "changed":
		return <Again one={one} plan={plan} />;
	case "failed":
		return <><Again one={one} plan={plan} />
			{plan.plan && !plan.plan.blocked &&
				<Ways one={one} plan={plan} />}</>;
	default:
		return <Notice>{t("web.wizard.published")}</Notice>;
	}
}

export function PublishStep({ one }: { one: Domain }) {
	const id = one.onboarding?.plan ?? null;
	const query = useQuery<DnsPlan>(id === null ? null :
		"/dns/plans/" + id, undefined, POLL);
	const state = query.data?.state;
	const out = state === "confirmed" || state === "applied" ||
		state === "verified";

	return <>
		{id === null ? <Notice actions={<a class="button button-main"
			href={stepPath(one.domain, "plan")}>
			{t("web.wizard.to_plan")}</a>}>
			{t("web.wizard.no_plan")}</Notice> :
			<Answer query={query} lines={6}>{(plan) =>
				<Known one={one} plan={plan} />}</Answer>}
		<Onward one={one} at="publish" word={t("web.wizard.next_verify")}
			off={!out} onNext={() => onTo(one, "verify")} />
	</>;
}
