/* One domain on its way in, at the step that the address names. */
import { useQuery } from "../api/query";
import type { Domain } from "../api/types";
import { stepOf } from "../model/onboarding";
import type { LaterStep } from "../model/onboarding";
import { t } from "../words/words";
import { Answer, Notice, Page } from "../parts/page";
import { Wizard } from "../parts/wizard";
import type { RouteProps } from "../routes";
import { isAdmin } from "../state/settings";
import { FirstReport } from "./add-first";
import { Plan } from "./add-plan";
import { PublishStep } from "./add-publish";
import { Purpose } from "./add-purpose";
import { Scan } from "./add-scan";
import { Verify } from "./add-verify";
import NotFound from "./not-found";

const BODIES: Record<LaterStep, (props: { one: Domain }) =>
	preact.JSX.Element> = { purpose: Purpose, scan: Scan, plan: Plan,
	publish: PublishStep, verify: Verify, "first-report": FirstReport };

const INTROS: Record<LaterStep, () => string> = {
	purpose: () => t("web.wizard.intro_purpose"),
	scan: () => t("web.wizard.intro_scan"),
	plan: () => t("web.wizard.intro_plan"),
	publish: () => t("web.wizard.intro_publish"),
	verify: () => t("web.wizard.intro_verify"),
	"first-report": () => t("web.wizard.intro_first"),
};

export default function AddStep({ at }: RouteProps) {
	const step = stepOf(at.step);
	const query = useQuery<Domain>("/domains/" +
		encodeURIComponent(at.domain!));
	const Body = step && BODIES[step];

	if (!Body)
		return <NotFound />;
	if (query.data && !query.problem)
		return (
			<Wizard at={step} one={query.data}
				intro={INTROS[step]()}>
				{!isAdmin() ? <Notice>{t("web.dns.viewer")}</Notice> :
				 !query.data.registered ? <Notice actions={
					<a class="button" href={"/domains/add?names=" +
						encodeURIComponent(at.domain!)}>
						{t("web.action.add_domain")}</a>}>
					{t("web.domain.not_added")}</Notice> :
				<Body one={query.data} key={step} />}
			</Wizard>
		);
	return <Page title={t("web.action.add_domain")}>
		<Answer query={query} lines={6}>{() => null}</Answer></Page>;
}
