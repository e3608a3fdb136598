/* The time zones that the browser knows, ours first. */
import { t } from "../words/words";
import { Choice } from "./field";

export function ownZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

function all(): string[] {
	const known = typeof Intl.supportedValuesOf === "function" ?
		Intl.supportedValuesOf("timeZone") : [];

	return [...new Set([ownZone(), "UTC", ...known])];
}

export function ZoneChoice({ value, onValue }: {
	value: string; onValue: (value: string) => void;
}) {
	return <Choice label={t("web.setup.zone")} hint={t("web.setup.zone_hint")}
		value={value} onValue={onValue}
		options={all().map((zone) => [zone, zone.replaceAll("_", " ")] as
			const)} />;
}
