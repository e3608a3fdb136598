/* What is there against what has to be there, with the letters that differ. */
import type { Piece } from "../model/diff";
import { difference } from "../model/diff";
import { t } from "../words/words";

function Line({ label, line, tag: Tag }: {
	label: string; line: readonly Piece[]; tag: "del" | "ins";
}) {
	return <>
		<span class="record-label">{label}</span>
		<code class="break">{line.map((one, i) => one.same ? one.text :
			<Tag key={i}>{one.text}</Tag>)}</code>
	</>;
}

export function Difference({ found, wanted }: {
	found: string; wanted: string;
}) {
	const both = difference(found, wanted);

	return (
		<div class="difference">
			<Line label={t("web.diff.found")} line={both.found}
				tag="del" />
			<Line label={t("web.diff.wanted")} line={both.wanted}
				tag="ins" />
		</div>
	);
}

/* The value that has to be there, what is new in it marked. */
export function Added({ found, wanted }: { found: string; wanted: string }) {
	return <>{difference(found, wanted).wanted.map((one, i) => one.same ?
		one.text : <ins key={i}>{one.text}</ins>)}</>;
}
