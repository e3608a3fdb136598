/* The list of keys, and where to read more. */
import { useState } from "preact/hooks";
import { setKeys, keysWanted } from "../state/settings";
import { useStore } from "../state/store";
import { session } from "../api/client";
import { of, t } from "../words/words";
import { Dialog } from "../parts/dialog";
import { Switch } from "../parts/field";
import { Icon } from "../parts/icons";
import { useKeys } from "./keys";

const LIST = [
	["search", ["/"]], ["palette", ["Ctrl K"]],
	["go_overview", ["g", "o"]], ["go_domains", ["g", "d"]],
	["go_sources", ["g", "s"]], ["go_reports", ["g", "r"]],
	["go_settings", ["g", "t"]], ["period", ["[", "]"]],
	["filter", ["f"]], ["rows", ["j", "k"]], ["open", ["Enter"]],
	["choose", ["x"]], ["ours", ["o"]], ["not_ours", ["u"]],
	["undo", ["z"]], ["export", ["e"]], ["help", ["?"]],
	["close", ["Esc"]],
] as const;

function KeyList({ onClose }: { onClose: () => void }) {
	useStore(session);
	return (
		<Dialog title={t("web.help.title")} onClose={onClose}>
			<p>{t("web.help.text")}</p>
			<p><a href="/help" onClick={onClose}>
				{t("web.guide.all")}</a></p>
			<h3>{t("web.help.keys")}</h3>
			<dl class="key-list">
				{LIST.map(([name, keys]) => (
					<div key={name}>
						<dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}
						</dt>
						<dd>{of("web.key.", name)}</dd>
					</div>))}
			</dl>
			<Switch label={t("web.help.keys_on")} on={keysWanted()}
				onChange={setKeys} />
		</Dialog>
	);
}

export function Help() {
	const [open, setOpen] = useState(false);

	useKeys({ "?": () => setOpen(true) });
	return <>
		<button class="icon-button" aria-label={t("web.help.title")}
			title={t("web.help.title")} onClick={() => setOpen(true)}>
			<Icon name="help" /></button>
		{open && <KeyList onClose={() => setOpen(false)} />}
	</>;
}
