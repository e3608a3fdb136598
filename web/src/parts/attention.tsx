/* What needs somebody: ranked findings, each with the way to its rows. */
import type { Attention } from "../api/types";
import { useMode } from "../state/settings";
import { finding, sentence, t } from "../words/words";
import { shownDomain } from "../words/idn";
import { SeverityStatus } from "./status";
import { Icon } from "./icons";

function values(one: Attention): Attention["values"] {
	const { domain } = one.values;

	return typeof domain === "string" ?
		{ ...one.values, domain: shownDomain(domain) } : one.values;
}

function Row({ one }: { one: Attention }) {
	const simple = useMode() === "simple";
	const found = finding(one.code, values(one));

	return (
		<li class={"attention attention-" + one.severity}>
			<div class="attention-sign">
				<SeverityStatus value={one.severity} /></div>
			<div class="attention-text">
				<h3>{found?.title ?? sentence(one.code, values(one))}</h3>
				{simple && found?.meaning && <p>{found.meaning}</p>}
				{simple && found?.fix &&
					<p class="attention-fix">{found.fix}</p>}
			</div>
			{one.url && <a class="button button-small" href={one.url}>
				{t("web.action.review")}
				<Icon name="right" size={16} /></a>}
		</li>
	);
}

export function AttentionList({ items }: { items: readonly Attention[] }) {
	return <ol class="attention-list">{items.map((one, i) =>
		<Row key={one.code + i} one={one} />)}</ol>;
}
