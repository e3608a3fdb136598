/* Small figures: a share with its bar, a line of days, a source's name, a
 * moment, a domain. */
import { href } from "../model/place";
import { ago, moment, number, percent, utc } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";

/* A share of mail. Below `good` the bar is that of failing mail; without it
 * the share is a figure like any other: only our own mail can fail us. */
export function Share({ part, whole, good = 0 }: {
	part: number | null; whole: number | null; good?: number;
}) {
	if (part === null || !whole)
		return <span class="muted">–</span>;
	const share = part / whole;
	return (
		<span class={"share" + (!good ? " share-plain" : share < good ?
			" share-bad" : "")}>
			<svg width="56" height="6" viewBox="0 0 56 6"
				aria-hidden="true" focusable="false">
				<rect class="share-back" width="56" height="6" rx="3" />
				{share > 0 && <rect class="share-bar" height="6" rx="3"
					width={Math.max(share * 56, 3)} />}
			</svg>
			<span class="num">{percent(part, whole)}</span>
		</span>
	);
}

export function Spark({ values, label }: {
	values: readonly number[]; label: string;
}) {
	const most = Math.max(...values, 1);
	const step = 96 / Math.max(values.length - 1, 1);
	const points = values.map((value, i) =>
		`${(i * step).toFixed(1)} ${(25 - value / most * 22).toFixed(1)}`);

	if (values.length < 2)
		return <span class="muted">–</span>;
	return (
		<svg class="spark" width="96" height="28" viewBox="0 0 96 28"
			role="img" aria-label={label}>
			<path class="spark-area"
				d={`M0 27L${points.join("L")}L96 27z`} />
			<path class="spark-line" d={"M" + points.join("L")} />
		</svg>
	);
}

/* How long ago; the exact time on pointing. */
export function When({ at }: { at: number | null }) {
	if (at === null)
		return <span class="muted">–</span>;
	return <time dateTime={new Date(at * 1000).toISOString()}
		title={`${moment(at)} (${utc(at)})`}>{ago(at)}</time>;
}

/* Beside a host name that does not lead back to its address. */
export function Unconfirmed() {
	return <span class="sub" title={t("web.host.unconfirmed_why")}>
		{t("web.host.unconfirmed")}</span>;
}

export function DomainLink({ domain }: { domain: string }) {
	return <a href={href("/d/" + encodeURIComponent(domain))}>
		{shownDomain(domain)}</a>;
}

/* A figure that leads to the rows behind it; unknown and zero lead nowhere. */
export function Figure({ value, to }: { value: number | null; to: string }) {
	return value ? <a class="num" href={to}>{number(value)}</a> :
		<span class="num muted">{number(value)}</span>;
}
