/* What can be done with a plan of DNS changes. Viewers are shown none of
 * it. */
import { useState } from "preact/hooks";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { DnsPlan, DnsProviders, DnsShare, DnsWanted } from
	"../api/types";
import { cachedFor, wishAgain } from "../model/plan";
import { go, href } from "../model/place";
import { moment, span } from "../words/format";
import { shownDomain } from "../words/idn";
import { plural, t } from "../words/words";
import { Code } from "../parts/copy";
import { Confirm, Dialog } from "../parts/dialog";
import { Choice } from "../parts/field";
import { Icon } from "../parts/icons";
import { Section } from "../parts/page";
import { toast, toastProblem } from "../parts/toast";
import { isAdmin } from "../state/settings";

/* Makes a plan and goes there. No records: those that lead reports here, or
 * what the plan `again` was made from. */
export async function planOf(domain: string, records: readonly DnsWanted[],
			     more: { clear?: boolean; again?: number;
				     provider?: number | null } = {}) {
	const made = await write<DnsPlan>("POST", "/domains/" +
		encodeURIComponent(domain) + "/plans", { records, ...more });

	go(href("/dns/" + made.id));
}

/* A button that is off while what it does is on its way. */
function Do({ word, main, onDo }: {
	word: string; main?: boolean | undefined;
	onDo: () => Promise<unknown>;
}) {
	const [busy, setBusy] = useState(false);

	return isAdmin() ? <button disabled={busy}
		class={"button" + (main ? " button-main" : "")}
		onClick={() => {
			setBusy(true);
			onDo().catch(toastProblem).then(() => setBusy(false));
		}}>{word}</button> : null;
}

export function PlanAgain({ one, clear, main }: {
	one: DnsPlan; clear?: boolean; main?: boolean;
}) {
	/* A plan that takes another back was made from that one's values. */
	const way = one.undoes === null ? { again: one.id } : {};
	const wish = one.undoes === null ? [] :
		wishAgain(one.plan?.changes ?? []);

	return <Do main={main}
		word={t(clear ? "web.dns.again_clear" : "web.dns.again")}
		onDo={() => planOf(one.domain, wish, { ...way,
			clear: clear ?? false, provider: one.provider })} />;
}

export function VerifyAgain({ one }: { one: DnsPlan }) {
	return <Do word={t("web.dns.look_again")} onDo={() => write("POST",
		`/dns/plans/${one.id}/verify`)} />;
}

export function Undo({ one }: { one: DnsPlan }) {
	return one.undone !== null ? null : <Do word={t("web.dns.undo")}
		onDo={async () => {
			const back = await write<DnsPlan>("POST",
				`/dns/plans/${one.id}/undo`);
			toast(t("web.dns.undo_made"));
			go(href("/dns/" + back.id));
		}} />;
}

/* ---- publishing ---- */

function Sure({ one, by, onClose }: {
	one: DnsPlan; by: { id: number; name: string } | null;
	onClose: () => void;
}) {
	const plan = one.plan!;
	const count = plan.changes.filter(({ what }) => what !== "keep").length;
	const cached = cachedFor(plan.changes);

	return (
		<Confirm onClose={onClose}
			title={t(by ? "web.dns.sure" : "web.dns.sure_hand",
				{ domain: shownDomain(one.domain) })}
			word={t(by ? "web.dns.publish" : "web.dns.by_hand_done")}
			onDo={() => write("POST", `/dns/plans/${one.id}/confirm`,
				by ? { provider: by.id } : { by_hand: true })}>
			<p>{by ? plural("web.dns.sure_text.", count,
				{ provider: by.name }) :
				t("web.dns.sure_hand_text")}</p>
			{by && <p>{t("web.dns.sure_undo")}</p>}
			{cached > 0 && <p class="muted">{t("web.dns.sure_cached",
				{ span: span(cached) })}</p>}
		</Confirm>
	);
}

export function Publish({ one }: { one: DnsPlan }) {
	const known = useQuery<DnsProviders>("/dns/providers")
		.data?.providers ?? [];
	const [chosen, setChosen] = useState<string | null>(null);
	const [asked, setAsked] = useState(false);
	const wanted = chosen ?? String(one.provider ?? known[0]?.id ?? "");
	const by = known.find(({ id }) => String(id) === wanted) ?? null;

	return (
		<Section title={t("web.dns.publish")}
			intro={t("web.dns.publish_text")} actions={
				<button class="button button-main"
					onClick={() => setAsked(true)}>
					{t(by ? "web.dns.publish" :
						"web.dns.by_hand_done")}</button>}>
			<Choice label={t("web.dns.how")} value={by ? wanted : ""}
				onValue={setChosen} options={[
					...known.map(({ id, name }) =>
						[String(id), name] as const),
					["", t("web.dns.by_hand")]]}
				hint={known.length === 0 && <>
					{t("web.dns.no_providers")}{" "}
					<a href="/settings/dns">
						{t("web.dns.provider_add")}</a></>} />
			{!by && <p><a href="/help/dns-panels">
				{t("web.dns.panel_help")}</a></p>}
			{asked && <Sure one={one} by={by}
				onClose={() => setAsked(false)} />}
		</Section>
	);
}

/* ---- for somebody else ---- */

export function Share({ one }: { one: DnsPlan }) {
	const [made, setMade] = useState<DnsShare | null>(null);
	const url = made && new URL(made.url, location.origin).href;

	return <>
		<Do word={t("web.dns.share")} onDo={async () =>
			setMade(await write<DnsShare>("POST",
				`/dns/plans/${one.id}/share`))} />
		{made && <Dialog title={t("web.dns.share")}
			onClose={() => setMade(null)} actions={
				<a class="button" target="_blank" rel="noreferrer"
					href={url!}><Icon name="external" size={16} />
					{t("web.dns.share_open")}</a>}>
			<p>{t("web.dns.share_text")}</p>
			<Code text={url!} label={t("web.dns.link")} />
			<p class="muted form-row">{t("web.dns.expires",
				{ when: moment(made.expires_at) })}</p>
		</Dialog>}
	</>;
}
