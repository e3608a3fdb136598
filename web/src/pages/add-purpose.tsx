/* What a new domain is for: it decides where its policy is to end. */
import { useState } from "preact/hooks";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { Domain, Domains } from "../api/types";
import { keepStep } from "../model/onboarding";
import { lang, of, plural, t } from "../words/words";
import { Radios } from "../parts/field";
import { Onward, onTo } from "../parts/wizard";

const PURPOSES = ["people", "systems", "parked"] as const;
type Purposes = typeof PURPOSES[number];

function purpose(domain: string, value: Purposes) {
	return write("PATCH", "/domains/" + encodeURIComponent(domain),
		{ purpose: value });
}

/* Others that came with it and are not further yet. */
function useOthers(one: Domain): readonly Domain[] {
	const all = useQuery<Domains>("/domains").data?.domains ?? [];

	return all.filter((other) => other.domain !== one.domain &&
		other.onboarding?.step === "purpose");
}

export function Purpose({ one }: { one: Domain }) {
	const [value, setValue] = useState<Purposes>(one.purpose ?? "people");
	const [alike, setAlike] = useState(true);
	const others = useOthers(one);

	// Kept at once, so that a reload shows it.
	const choose = (next: Purposes) => {
		setValue(next);
		void purpose(one.domain, next).catch(() => undefined);
	};
	const next = async () => {
		await purpose(one.domain, value);
		if (alike)
			for (const other of others) {
				await purpose(other.domain, value);
				await keepStep(other, "scan");
			}
		return onTo(one, "scan");
	};
	return <>
		<div class="wizard-form wizard-purpose">
			<Radios label={t("web.add.purpose")} value={value}
				onValue={(next) => choose(next as Purposes)}
				options={PURPOSES.map((one) => ({ value: one,
					title: of("web.purpose.", one),
					text: of("web.purpose.", `${one}_text` as
						const) + (lang() === "ja" ? "" : " ") +
						of("web.wizard.end_", one) }))} />
			{others.length > 0 && <label class="check">
				<input type="checkbox" checked={alike}
					onChange={(event) => setAlike(
						event.currentTarget.checked)} />
				{plural("web.wizard.alike.", others.length)}
			</label>}
		</div>
		<Onward one={one} at="purpose" word={t("web.wizard.next_scan")}
			onNext={next} />
	</>;
}
