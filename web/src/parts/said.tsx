/* A text of the catalogue: what stands between backquotes is a record, a
 * command or a name, and is set as such. */
export function Said({ text }: { text: string }) {
	return <>{text.split("`").map((part, i) => i % 2 ?
		<code key={i}>{part}</code> : part)}</>;
}
