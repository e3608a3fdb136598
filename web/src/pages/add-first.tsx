/* The last step: what comes now, and a made-up report that goes the whole way
 * so that nobody has to wait to see that it works. */
import { useState } from "preact/hooks";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { DnsPlan, Domain, Domains, Intake, Upload } from "../api/types";
import { endSetup, stepPath } from "../model/onboarding";
import { go } from "../model/place";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { When } from "../parts/bits";
import { Icon } from "../parts/icons";
import { Card, Notice } from "../parts/page";
import { Arrival } from "../parts/plan";
import { Status } from "../parts/status";
import { toastProblem } from "../parts/toast";

const POLL = 1_000; // ms

/* What became of the made-up report. */
function Fate({ id }: { id: string }) {
	const query = useQuery<Intake>("/intake", { upload: id }, POLL);
	const item = query.data?.items[0];

	return <p role="status">{!item ? <Status tone="none"
		word={t("web.wizard.test_under_way")} /> :
		item.outcome === "rejected" ? <Status tone="fail"
			word={t("web.wizard.test_rejected")} /> :
		<Status tone="ok" word={t("web.wizard.test_arrived")} />}
		{item && <> <a href={item.report ? "/reports/dmarc/" +
			item.report : "/reports/inbox"}>
			{t("web.action.show_them")}</a></>}</p>;
}

function SelfTest({ one }: { one: Domain }) {
	const [id, setId] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);
	const send = () => {
		setBusy(true);
		write<Upload>("POST", "/intake/test", { domain: one.domain })
			.then((sent) => setId(sent.id), toastProblem)
			.then(() => setBusy(false));
	};

	return (
		<li><strong>{t("web.domain.todo_test")}</strong>
			<span>{t("web.domain.todo_test_text")}</span>
			<button type="button" class="button button-small"
				disabled={busy} onClick={send}>
				{t("web.domain.test_send")}</button>
			{id && <Fate id={id} />}</li>
	);
}

function Published({ one }: { one: Domain }) {
	const id = one.onboarding?.plan ?? null;
	const plan = useQuery<DnsPlan>(id === null ? null :
		"/dns/plans/" + id).data;

	return (
		<li><strong>{t("web.wizard.todo_published")}</strong>
			{plan?.check ? <Arrival value={plan.check.state} /> :
				<span>{t("web.wizard.todo_published_text")}</span>}
		</li>
	);
}

/* The next of those that were added together. */
function useNext(one: Domain): Domain | null {
	const all = useQuery<Domains>("/domains").data?.domains ?? [];

	return all.find((other) => other.domain !== one.domain &&
		other.onboarding) ?? null;
}

export function FirstReport({ one }: { one: Domain }) {
	const next = useNext(one);
	const end = (to: string) => () => {
		endSetup(one.domain).then(() => go(to), toastProblem);
	};
	const home = "/d/" + encodeURIComponent(one.domain);

	return <>
		<Card class="waiting">
			<ol class="todo">
				<Published one={one} />
				<SelfTest one={one} />
				<li><strong>{t("web.domain.todo_wait")}</strong>
					<span>{t("web.wizard.wait_text")}</span>
					{one.last_report !== null && <span><Status
						tone="ok" word={t("web.wizard.came")} />{" "}
						<When at={one.last_report} /></span>}</li>
			</ol>
		</Card>
		{one.onboarding?.delegated.includes("sts") && <Notice actions={
			<a class="button" href={home + "/mta-sts"}>
				{t("web.wizard.to_sts")}</a>}>
			{t("web.wizard.sts_next")}</Notice>}
		<div class="wizard-foot">
			<button type="button" class="button button-main"
				onClick={end(next ? stepPath(next.domain,
					next.onboarding!.step) : home)}>
				{next ? t("web.wizard.next_domain", { domain:
					shownDomain(next.domain) }) :
					t("web.add.done")}
				<Icon name="right" size={16} /></button>
			{next && <button type="button" class="button"
				onClick={end(home)}>{t("web.add.done")}</button>}
			<a class="button" href={stepPath(one.domain, "verify")}>
				{t("web.wizard.back")}</a>
		</div>
	</>;
}
