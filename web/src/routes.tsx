/* Which page stands at which path. Pages are loaded when they are first
 * gone to. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { usePlace } from "./model/place";
import { Loading, ProblemView } from "./parts/page";
import { ApiProblem } from "./api/client";

export interface RouteProps { at: Record<string, string> }
type PageModule = { default: ComponentType<RouteProps> };

/* ":name" takes one part of the path. The first that fits. */
const ROUTES: readonly (readonly [string, () => Promise<PageModule>])[] = [
	["/", () => import("./pages/overview")],
	["/domains", () => import("./pages/domains")],
	["/domains/add", () => import("./pages/add")],
	["/domains/add/:domain/:step", () => import("./pages/add-step")],
	["/d/:domain", () => import("./pages/domain")],
	["/d/:domain/dns", () => import("./pages/domain-dns")],
	["/d/:domain/mta-sts", () => import("./pages/domain-sts")],
	["/d/:domain/tls-rpt", () => import("./pages/domain-tls")],
	["/d/:domain/policy", () => import("./pages/domain-policy")],
	["/d/:domain/sources", () => import("./pages/sources")],
	["/sources", () => import("./pages/sources")],
	["/sources/:slug", () => import("./pages/source")],
	["/reports/dmarc", () => import("./pages/explore")],
	["/reports/spoofing", () => import("./pages/explore-spoofing")],
	["/reports/dmarc/:id", () => import("./pages/report")],
	["/reports/tls", () => import("./pages/tls")],
	["/reports/tls/:id", () => import("./pages/report")],
	["/reports/failure", () => import("./pages/failures")],
	["/reports/failure/:id", () => import("./pages/failures-one")],
	["/reports/inbox", () => import("./pages/inbox")],
	["/reports", () => import("./pages/reports")],
	["/tools", () => import("./pages/tools")],
	["/tools/check", () => import("./pages/check")],
	["/tools/headers", () => import("./pages/headers")],
	["/tools/report", () => import("./pages/tools-report")],
	["/tools/generate/:kind", () => import("./pages/generate")],
	["/tools/:kind", () => import("./pages/lookup")],
	["/dns", () => import("./pages/dns")],
	["/dns/:id", () => import("./pages/dns-plan")],
	["/shared/:secret", () => import("./pages/shared-plan")],
	["/help", () => import("./pages/help")],
	["/help/findings", () => import("./pages/help-findings")],
	["/help/:page", () => import("./pages/help-page")],
	["/settings", () => import("./pages/settings")],
	["/settings/:part", () => import("./pages/settings")],
];
const nowhere = () => import("./pages/not-found");

type Found = [pattern: string, load: () => Promise<PageModule>,
	      at: Record<string, string>];

function match(path: string): Found {
	const parts = path.replace(/\/+$/, "").split("/");

	for (const [pattern, load] of ROUTES) {
		const wanted = pattern === "/" ? [""] : pattern.split("/");
		const at: Record<string, string> = {};
		if (wanted.length === parts.length && wanted.every((one, i) => {
			if (!one.startsWith(":"))
				return one === parts[i];
			try {
				at[one.slice(1)] = decodeURIComponent(parts[i]!);
			} catch {
				return false;
			}
			return parts[i] !== "";
		}))
			return [pattern, load, at];
	}
	return ["", nowhere, {}];
}

const loaded = new Map<string, ComponentType<RouteProps>>();

export function Route() {
	const { path } = usePlace();
	const [pattern, load, at] = match(path);
	const [, again] = useState({});
	const [failed, setFailed] = useState(false);
	const Known = loaded.get(pattern);

	useEffect(() => {
		if (Known)
			return;
		load().then((module) => {
			loaded.set(pattern, module.default);
			setFailed(false);
			again({});
		}, () => setFailed(true));
	}, [pattern, Known]);
	if (Known)
		return <Known key={pattern + JSON.stringify(at)} at={at} />;
	// After an upgrade the files of the page in the browser are gone.
	return failed ? <ProblemView problem={new ApiProblem(0, "", null)}
		again={() => location.reload()} /> : <Loading />;
}
