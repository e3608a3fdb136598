/* One help page. */
import { ApiProblem } from "../api/client";
import { plain, useGuides } from "../model/guide";
import type { Block, Guide, Inline } from "../model/guide";
import { useAnchor } from "../model/place";
import { t } from "../words/words";
import { Copy } from "../parts/copy";
import { Loading, Page, ProblemView } from "../parts/page";
import type { RouteProps } from "../routes";
import NotFound from "./not-found";

function Text({ of }: { of: Inline }) {
	return <>{of.map((one, i) => typeof one === "string" ? one :
		one[0] === "code" ? <code key={i}>{one[1]}</code> :
		one[1].startsWith("https:") ?
			<a key={i} href={one[1]} target="_blank"
				rel="noreferrer noopener">{one[2]}</a> :
			<a key={i} href={one[1]}>{one[2]}</a>)}</>;
}

function Part({ block }: { block: Block }) {
	switch (block[0]) {
	case "h2":
		return <h2 id={block[1]} tabIndex={-1}>
			<Text of={block[2]} /></h2>;
	case "h3":
		return <h3 id={block[1]} tabIndex={-1}>
			<Text of={block[2]} /></h3>;
	case "p":
		return <p><Text of={block[1]} /></p>;
	case "pre":
		return <div class="code"><code>{block[1]}</code>
			<Copy text={block[1]} /></div>;
	default: {
		const List = block[0];
		return <List>{(block.slice(1) as Inline[]).map((one, i) =>
			<li key={i}><Text of={one} /></li>)}</List>;
	}
	}
}

function Contents({ guide }: { guide: Guide }) {
	return (
		<nav class="contents" aria-labelledby="contents">
			<h2 id="contents">{t("web.guide.contents")}</h2>
			<ul>{guide.blocks.map((block) => block[0] === "h2" &&
				<li key={block[1]}><a href={"#" + block[1]}>
					{plain(block[2])}</a></li>)}</ul>
		</nav>
	);
}

export default function HelpPage({ at }: RouteProps) {
	const guides = useGuides();
	const guide = guides && guides !== "none" ? guides[at.page!] : null;

	useAnchor(Boolean(guide));
	if (guides === "none")
		return <ProblemView problem={new ApiProblem(0, "", null)}
			again={() => location.reload()} />;
	if (!guides)
		return <Loading />;
	if (!guide)
		return <NotFound />;
	return (
		<Page title={guide.title} crumb={<a href="/help">
			{t("web.nav.help")}</a>}>
			<div class="guide">
				<article class="prose">{guide.blocks.map((block, i) =>
					<Part key={i} block={block} />)}</article>
				<Contents guide={guide} />
			</div>
		</Page>
	);
}
