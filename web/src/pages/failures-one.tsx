/* One failure report; its personal parts only when an administrator asks. */
import { useState } from "preact/hooks";
import { apiUrl } from "../api/client";
import { useQuery } from "../api/query";
import type { Failure, Failures } from "../api/types";
import { href } from "../model/place";
import { number } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { Confirm } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Answer, Card, Notice, Page } from "../parts/page";
import { isAdmin } from "../state/settings";
import type { RouteProps } from "../routes";
import { DeliveryResult } from "./failures";
import { Moment, Pairs, orgName } from "./report-parts";

function Message({ one }: { one: Failure }) {
	return <>
		{one.redacted && <Notice>{t("web.failures.redacted")}</Notice>}
		<div class="two">
			<Card>
				<h2>{one.subject || t("web.inbox.no_subject")}</h2>
				<Pairs pairs={[
					[t("web.failures.from"), one.header_from],
					[t("web.failures.rcpt_to"), one.rcpt_to],
					[t("web.field.envelope_from"), one.mail_from],
					[t("web.failures.message_id"), one.message_id &&
					 <span class="mono">{one.message_id}</span>],
					[t("web.failures.arrival"), one.arrival !== null &&
					 <Moment at={one.arrival} />],
				]} />
			</Card>
			<Card>
				<h2>{t("web.failures.what")}</h2>
				<Pairs pairs={[
					[t("web.failures.what"), one.auth_failure],
					[t("web.failures.type"), one.feedback_type],
					[t("web.failures.delivery"), <DeliveryResult
						value={one.delivery_result} />],
					[t("web.field.ip"), one.source_ip &&
					 <span class="mono">{one.source_ip}</span>],
					[t("web.field.domain"), one.domain &&
					 shownDomain(one.domain)],
					[t("web.failures.incidents"),
					 number(one.incidents)],
					[t("web.failures.auth_results"), one.auth_results &&
					 <span class="mono">{one.auth_results}</span>],
					[t("web.reports.received"),
					 <Moment at={one.received_at} />],
				]} />
			</Card>
			{one.headers && <Card>
				<h2>{t("web.failures.headers")}</h2>
				<pre class="headers" tabIndex={0}>{one.headers}</pre>
			</Card>}
		</div>
	</>;
}

export default function OneFailure({ at }: RouteProps) {
	const [reveal, setReveal] = useState(false);
	const [asking, setAsking] = useState(false);
	const path = "/failures/" + encodeURIComponent(at.id!);
	const query = useQuery<Failures>(path, reveal ? { reveal: "true" } :
		{});
	const one = query.data?.failures[0];

	return (
		<Page title={one ? t("web.failures.title",
			{ org: orgName(one.org) }) : t("web.kind.failure")}
			crumb={<a href={href("/reports/failure")}>
				{t("web.nav.failures")}</a>} actions={one && <>
				{isAdmin() && <a class="button" download
					href={apiUrl(`/reports/${one.id}/raw`)}>
					<Icon name="download" size={16} />
					{t("web.report.raw")}</a>}
				{isAdmin() && one.redacted && <button class="button"
					onClick={() => setAsking(true)}>
					{t("web.failures.reveal")}</button>}
			</>}>
			<Answer query={query} lines={6}>{() => one &&
				<Message one={one} />}</Answer>
			{asking && <Confirm title={t("web.failures.reveal")}
				word={t("web.failures.reveal")}
				onClose={() => setAsking(false)}
				onDo={async () => setReveal(true)}>
				<p>{t("web.failures.reveal_text")}</p></Confirm>}
		</Page>
	);
}
