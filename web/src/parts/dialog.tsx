/* A question that must be answered before anything else. The browser keeps
 * the focus inside and gives it back afterwards. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../words/words";
import { Icon } from "./icons";
import { toastProblem } from "./toast";

export function Dialog({ title, onClose, children, actions, wide }: {
	title: string; onClose: () => void; children: ComponentChildren;
	actions?: ComponentChildren; wide?: boolean;
}) {
	const box = useRef<HTMLDialogElement>(null);

	useEffect(() => {
		const opener = document.activeElement as HTMLElement | null;
		box.current?.showModal();
		return () => opener?.focus?.({ preventScroll: true });
	}, []);
	return (
		<dialog ref={box} class={"dialog" + (wide ? " dialog-wide" : "")}
			aria-labelledby="dialog-title"
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
			onClick={(event) => {
				if (event.target === box.current)
					onClose();
			}}>
			<div class="dialog-box">
				<header class="dialog-head">
					<h2 id="dialog-title">{title}</h2>
					<button class="icon-button" onClick={onClose}
						aria-label={t("web.action.close")}>
						<Icon name="close" /></button>
				</header>
				<div class="dialog-body">{children}</div>
				{actions && <footer class="dialog-foot">{actions}
				</footer>}
			</div>
		</dialog>
	);
}

/* Are you sure? `word`: what the button that does it says. */
export function Confirm({ title, word, danger, onClose, onDo, children }: {
	title: string; word: string; danger?: boolean; onClose: () => void;
	onDo: () => Promise<unknown>; children: ComponentChildren;
}) {
	const [busy, setBusy] = useState(false);

	const act = () => {
		setBusy(true);
		onDo().then(onClose, (why) => {
			setBusy(false);
			toastProblem(why);
		});
	};
	return (
		<Dialog title={title} onClose={onClose} actions={<>
			<button class="button" onClick={onClose}>
				{t("web.action.cancel")}</button>
			<button class={"button " + (danger ? "button-danger" :
				"button-main")} disabled={busy} onClick={act}>
				{word}</button>
		</>}>{children}</Dialog>
	);
}
