/* The pages of one domain, side by side. */
import { href, usePlace } from "../model/place";
import { of, t } from "../words/words";

const TABS = [["overview", ""], ["dns", "/dns"], ["policy", "/policy"],
	["sts", "/mta-sts"], ["tls", "/tls-rpt"], ["sources", "/sources"]] as const;

export function DomainTabs({ domain }: { domain: string }) {
	const { path } = usePlace();
	const base = "/d/" + encodeURIComponent(domain);

	return (
		<nav class="tabs" aria-label={t("web.tab.label")}>
			{TABS.map(([name, end]) => (
				<a class="tab" key={name} href={href(base + end)}
					aria-current={path === base + end ? "page" :
						undefined}>{of("web.tab.", name)}</a>))}
		</nav>
	);
}
