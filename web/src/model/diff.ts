/* Where two values differ, letter by letter. */
export interface Piece { text: string; same: boolean }
export interface Difference { found: Piece[]; wanted: Piece[] }

const LETTERS_MAX = 1200; // of both middles together: the table is quadratic

function pieces(text: string, kept: readonly boolean[]): Piece[] {
	const out: Piece[] = [];

	[...text].forEach((letter, i) => {
		const last = out.at(-1);
		if (last && last.same === kept[i])
			last.text += letter;
		else
			out.push({ text: letter, same: kept[i]! });
	});
	return out;
}

/* Marks the letters of the longest common subsequence. */
function common(a: readonly string[], b: readonly string[]):
	[boolean[], boolean[]] {
	const width = b.length + 1;
	const length = new Uint16Array((a.length + 1) * width);
	const inA = a.map(() => false), inB = b.map(() => false);

	for (let i = a.length - 1; i >= 0; i--)
		for (let k = b.length - 1; k >= 0; k--)
			length[i * width + k] = a[i] === b[k] ?
				length[(i + 1) * width + k + 1]! + 1 :
				Math.max(length[(i + 1) * width + k]!,
					length[i * width + k + 1]!);
	for (let i = 0, k = 0; i < a.length && k < b.length;)
		if (a[i] === b[k])
			inA[i++] = inB[k++] = true;
		else if (length[(i + 1) * width + k]! >=
			 length[i * width + k + 1]!)
			i++;
		else
			k++;
	return [inA, inB];
}

export function difference(found: string, wanted: string): Difference {
	const a = [...found], b = [...wanted];
	let head = 0, tail = 0;

	while (head < a.length && head < b.length && a[head] === b[head])
		head++;
	while (tail < a.length - head && tail < b.length - head &&
	       a[a.length - 1 - tail] === b[b.length - 1 - tail])
		tail++;
	const midA = a.slice(head, a.length - tail);
	const midB = b.slice(head, b.length - tail);
	const [keptA, keptB] = midA.length + midB.length > LETTERS_MAX ?
		[midA.map(() => false), midB.map(() => false)] :
		common(midA, midB);
	const whole = (kept: boolean[]) => [...Array(head).fill(true),
		...kept, ...Array(tail).fill(true)] as boolean[];

	return { found: pieces(found, whole(keptA)),
		 wanted: pieces(wanted, whole(keptB)) };
}
