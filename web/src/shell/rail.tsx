/* The way around: left on a desk, a drawer on a phone. Links take filters and
 * days along. */
import type { ComponentChildren } from "preact";
import { useQuery } from "../api/query";
import type { Views } from "../api/types";
import { href, usePlace } from "../model/place";
import { t } from "../words/words";
import { Icon, Mark } from "../parts/icons";
import type { IconName } from "../parts/icons";

interface Item { path: string; word: WordKey; icon: IconName;
		 under?: readonly Item[]; also?: string }

const ITEMS: readonly Item[] = [
	{ path: "/", word: "web.nav.overview", icon: "overview" },
	{ path: "/domains", word: "web.nav.domains", icon: "domains",
	  also: "/d/" },
	{ path: "/dns", word: "web.nav.dns", icon: "upload" },
	{ path: "/sources", word: "web.nav.sources", icon: "sources" },
	{ path: "/reports/dmarc", word: "web.nav.reports", icon: "reports",
	  also: "/reports", under: [
		{ path: "/reports/dmarc", word: "web.nav.explore",
		  icon: "search" },
		{ path: "/reports/spoofing", word: "web.nav.spoofing",
		  icon: "spoof" },
		{ path: "/reports/tls", word: "web.nav.tls", icon: "lock" },
		{ path: "/reports/failure", word: "web.nav.failures",
		  icon: "warn" },
		{ path: "/reports/inbox", word: "web.nav.inbox",
		  icon: "inbox" },
	  ] },
	{ path: "/tools", word: "web.nav.tools", icon: "search" },
	{ path: "/settings", word: "web.nav.settings", icon: "settings" },
	{ path: "/help", word: "web.nav.help", icon: "help" },
];

function within(path: string, item: Item): boolean {
	if (item.path === "/")
		return path === "/";
	return path === item.path || path.startsWith(item.path + "/") ||
		(item.also !== undefined && path.startsWith(item.also));
}

function Entry({ item, sub }: { item: Item; sub?: boolean }) {
	const { path } = usePlace();
	const on = sub ? path === item.path || path.startsWith(item.path + "/") :
		within(path, item);

	return (
		<li>
			<a class={sub ? "rail-sub" : "rail-link"}
				href={href(item.path)}
				aria-current={on ? (path === item.path && (sub ||
					!item.under) ? "page" : "true") : undefined}>
				{!sub && <Icon name={item.icon} />}
				<span>{t(item.word)}</span>
			</a>
			{item.under && on && <ul class="rail-under">
				{item.under.map((one) =>
					<Entry key={one.path} item={one} sub />)}
			</ul>}
		</li>
	);
}

function Pinned() {
	const answer = useQuery<Views>("/views");
	const pinned = answer.data?.views.filter((view) => view.pinned) ?? [];

	if (pinned.length === 0)
		return null;
	return <>
		<h2 class="rail-title">{t("web.nav.pinned")}</h2>
		<ul>{pinned.map((view) => (
			<li key={view.id}><a class="rail-link" href={view.url}>
				<Icon name="pin" /><span>{view.name}</span></a></li>))}
		</ul>
	</>;
}

function Brand() {
	return <a class="brand" href={href("/")}>
		<Mark /><span>Waxseal</span></a>;
}

export function Rail({ children }: { children: ComponentChildren }) {
	return (
		<nav class="rail-nav" aria-label={t("web.shell.navigation")}>
			<Brand />
			<ul>{ITEMS.map((item) =>
				<Entry key={item.path} item={item} />)}</ul>
			<Pinned />
			{children}
		</nav>
	);
}
