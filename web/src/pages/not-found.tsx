/* No page stands at this path. */
import { href, usePlace } from "../model/place";
import { Empty, Page } from "../parts/page";
import { t } from "../words/words";

export default function NotFound() {
	const { path } = usePlace();

	return (
		<Page title={t("web.notfound.title")}>
			<Empty icon="search" title={t("web.notfound.nothing")}
				actions={<a class="button button-main" href={href("/")}>
					{t("web.notfound.home")}</a>}>
				<p><code>{path}</code></p>
				<p>{t("web.notfound.text")}</p>
			</Empty>
		</Page>
	);
}
