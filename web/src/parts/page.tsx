/* The head of every page, and what stands in for content that is not there:
 * not yet, not any, not allowed. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { ApiProblem } from "../api/client";
import type { Query } from "../api/query";
import { finding, t } from "../words/words";
import { Icon } from "./icons";
import type { IconName } from "./icons";

export function Page({ title, name, crumb, intro, actions, children }: {
	title: string;
	crumb?: ComponentChildren; // the way back up, over the heading
	name?: ComponentChildren; // instead of the title, in the heading
	intro?: ComponentChildren;
	actions?: ComponentChildren;
	children: ComponentChildren;
}) {
	useEffect(() => {
		document.title = title + " · Waxseal";
	}, [title]);
	return (
		<div class="page">
			<header class="page-head">
				<div>
					{crumb && <p class="crumb"><Icon name="left"
						size={14} />{crumb}</p>}
					<h1>{name ?? title}</h1>
					{intro && <p class="intro">{intro}</p>}
				</div>
				{actions && <div class="page-actions">{actions}
				</div>}
			</header>
			{children}
		</div>
	);
}

export function Section({ title, intro, actions, children, id }: {
	title: string; intro?: ComponentChildren;
	actions?: ComponentChildren; children: ComponentChildren; id?: string;
}) {
	return (
		<section class="section" id={id}>
			<header class="section-head">
				<div>
					<h2>{title}</h2>
					{intro && <p class="intro">{intro}</p>}
				</div>
				{actions && <div class="section-actions">{actions}
				</div>}
			</header>
			{children}
		</section>
	);
}

export function Card({ children, class: name }: {
	children: ComponentChildren; class?: string;
}) {
	return <div class={"card" + (name ? " " + name : "")}>{children}</div>;
}

export function Notice({ kind = "info", children, actions }: {
	kind?: "info" | "warn" | "fail"; children: ComponentChildren;
	actions?: ComponentChildren;
}) {
	return (
		<div class={"notice notice-" + kind}
			role={kind === "fail" ? "alert" : "status"}>
			<Icon name={kind === "info" ? "info" : "warn"} />
			<div class="notice-text">{children}</div>
			{actions && <div class="notice-actions">{actions}</div>}
		</div>
	);
}

/* Grey bars where text will be; said once to screen readers. */
export function Loading({ lines = 5 }: { lines?: number }) {
	return (
		<div class="loading" role="status">
			<span class="hidden">{t("web.state.loading")}</span>
			{Array.from({ length: lines }, (_, i) =>
				<span key={i} class={"bone bone-" + (i % 4)}
					aria-hidden="true" />)}
		</div>
	);
}

export function problemText(problem: ApiProblem): {
	title: string; meaning: string; fix: string;
} {
	const known = problem.code ?
		finding(problem.code, { detail: problem.detail ?? "" }) : null;

	if (known)
		return known;
	if (problem.status === 0)
		return { title: t("web.problem.unreachable"),
			 meaning: t("web.problem.unreachable_meaning"), fix: "" };
	if (problem.status === 404)
		return { title: t("web.problem.not_found"), meaning: "",
			 fix: "" };
	if (problem.status === 403)
		return { title: t("web.problem.forbidden"), meaning: "",
			 fix: "" };
	return { title: t("web.problem.other", { status: problem.status }),
		 meaning: problem.code, fix: "" };
}

export function ProblemView({ problem, again }: {
	problem: ApiProblem; again?: () => void;
}) {
	const text = problemText(problem);

	return (
		<Notice kind="fail" actions={again &&
			<button class="button" onClick={again}>
				{t("web.action.try_again")}</button>}>
			<strong>{text.title}</strong>
			{text.meaning && <p>{text.meaning}</p>}
			{text.fix && <p>{text.fix}</p>}
		</Notice>
	);
}

/* Most pages: bones, a problem, or what `children` makes of the answer. The
 * last answer stays on screen, dimmed, while a new one is asked for. */
export function Answer<T>({ query, lines, children }: {
	query: Query<T>; lines?: number;
	children: (data: T) => ComponentChildren;
}) {
	if (query.problem)
		return <ProblemView problem={query.problem}
			again={query.again} />;
	if (!query.data)
		return <Loading lines={lines ?? 5} />;
	return <div class={query.stale ? "stale" : ""} aria-busy={query.stale}>
		{children(query.data)}</div>;
}

export function Empty({ icon = "reports", title, children, actions }: {
	icon?: IconName; title: string; children?: ComponentChildren;
	actions?: ComponentChildren;
}) {
	return (
		<div class="empty">
			<span class="empty-icon"><Icon name={icon} size={28} />
			</span>
			<h2>{title}</h2>
			{children && <div class="empty-text">{children}</div>}
			{actions && <div class="empty-actions">{actions}</div>}
		</div>
	);
}
