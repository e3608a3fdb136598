/* Everything that may be said of a domain, a record, a report or the program
 * itself, each with an address of its own: /help/findings#CODE. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { useAnchor, usePlace } from "../model/place";
import { useStore } from "../state/store";
import { plural, t, of, words } from "../words/words";
import type { Finding } from "../words/words";
import { Switch } from "../parts/field";
import { Icon } from "../parts/icons";
import { Page } from "../parts/page";
import { Said } from "../parts/said";
import { SeverityStatus } from "../parts/status";

/* What is before the first dot of a code, by topic; the rest is of reports
 * and of the program. */
const TOPICS = [
	["mtasts", ["mtasts"]], ["tls", ["tls", "tlsrpt"]],
	["dmarc", ["dmarc", "src"]], ["spf", ["spf"]], ["dkim", ["dkim"]],
	["mx", ["mx", "rdns"]], ["dane", ["dane"]], ["bimi", ["bimi"]],
	["dns", ["dns", "zone", "caa", "resolver"]],
	["reports", ["decode", "failrpt", "imap", "inflate", "ingest",
		     "intake", "json", "mail", "mime", "spool", "xml"]],
] as const;
type Topic = typeof TOPICS[number][0] | "program";

function topicOf(code: string): Topic {
	const area = code.split(".")[0]!;

	return TOPICS.find(([, areas]) =>
		(areas as readonly string[]).includes(area))?.[0] ?? "program";
}

/* Texts have places that a real finding fills. */
const EXAMPLES: Record<string, string> = {
	domain: "example.com", host: "mail.example.com", parent: "example.com",
	selector: "s1", d: "example.net", mailfrom: "example.net",
};
const shown = (text: string) => text.replace(/\{([a-z0-9_]+)\}/g,
	(_, name: string) => EXAMPLES[name] ?? "…");

function everything(): Finding[] {
	return Object.entries(words.get().findings).map(([code,
		[severity, title, meaning, fix, reference]]) => ({
		code, severity, reference, title: shown(title),
		meaning: shown(meaning), fix: shown(fix) }));
}

function Row({ one, all, named }: {
	one: Finding; all: boolean; named: boolean;
}) {
	const [open, setOpen] = useState(false);
	const shows = open || all || named;

	return (
		<details class="finding-row" id={one.code} open={shows}
			onToggle={(event) => setOpen(event.currentTarget.open)}>
			<summary>
				<SeverityStatus value={one.severity} />
				<span class="finding-title"><Said text={one.title} />
				</span>
				<code class="muted">{one.code}</code>
			</summary>
			{shows && <div class="finding-text">
				{one.meaning && <p><Said text={one.meaning} /></p>}
				{one.fix && <p><strong>{t("web.finding.fix")}</strong>{" "}
					<Said text={one.fix} /></p>}
				<p class="muted small">
					{one.reference && <>{one.reference} · </>}
					<a href={"#" + one.code}>
						{t("web.guide.link")}</a></p>
			</div>}
		</details>
	);
}

function TopicRows({ topic, rows, open: wished, ...row }: {
	topic: Topic; rows: Finding[]; open: boolean; all: boolean;
	named: string;
}) {
	const [open, setOpen] = useState(wished);

	useEffect(() => setOpen(wished), [wished]);
	return (
		<details class="topic" open={open} onToggle={(event) =>
			setOpen(event.currentTarget.open)}>
			<summary><h2>{of("web.topic.", topic)}</h2>
				<span class="muted small">{plural(
					"web.guide.count.", rows.length)}</span>
			</summary>
			{open && <div class="finding-rows">{rows.map((one) =>
				<Row key={one.code} one={one} all={row.all}
					named={row.named === one.code} />)}</div>}
		</details>
	);
}

export default function Findings() {
	const { language } = useStore(words);
	const at = usePlace();
	const [typed, setTyped] = useState("");
	const [all, setAll] = useState(false);
	const [named, setNamed] = useState(location.hash.slice(1));
	const list = useMemo(everything, [language]);
	const wanted = typed.normalize("NFKC").toLowerCase().trim();
	const found = list.filter((one) => !wanted || (one.code + " " +
		one.title + " " + one.meaning).toLowerCase().includes(wanted));

	useEffect(() => setNamed(location.hash.slice(1)), [at]);
	useAnchor(true);
	return (
		<Page title={t("web.guide.findings")} crumb={<a href="/help">
			{t("web.nav.help")}</a>}
			intro={t("web.guide.findings_text")}>
			<div class="table-tools tools-start finding-tools">
				<div class="find"><Icon name="search" size={16} />
					<input type="search" value={typed}
						aria-label={t("web.guide.search")}
						placeholder={t("web.guide.search")}
						onInput={(event) => setTyped(
							event.currentTarget.value)} /></div>
				<Switch label={t("web.guide.open_all")} on={all}
					onChange={setAll} />
				<span class="muted small" role="status">{plural(
					"web.guide.count.", found.length)}</span>
			</div>
			{[...TOPICS.map(([topic]) => topic), "program" as const]
				.map((topic) => {
				const rows = found.filter((one) =>
					topicOf(one.code) === topic);
				return rows.length > 0 && <TopicRows key={topic}
					topic={topic} rows={rows} all={all}
					named={named} open={all || wanted !== "" ||
						(named !== "" && topicOf(named) ===
						topic)} />;
			})}
		</Page>
	);
}
