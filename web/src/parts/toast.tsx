/* Short messages at the foot of the page; a change that can be taken back
 * carries its Undo, and stays as long as somebody is at it. */
import { useEffect, useRef } from "preact/hooks";
import { store, useStore } from "../state/store";
import { t } from "../words/words";
import { Icon } from "./icons";
import { ApiProblem } from "../api/client";
import { problemText } from "./page";

interface Message {
	id: number; text: string; kind: "done" | "fail";
	undo?: () => void;
}
const messages = store<readonly Message[]>([]);
let last = 0;

export function toast(text: string, options: { undo?: () => void;
		      kind?: "done" | "fail" } = {}): void {
	const message: Message = { id: ++last, text,
		kind: options.kind ?? "done",
		...(options.undo ? { undo: options.undo } : {}) };

	messages.set([...messages.get().slice(-2), message]);
}

/* For the catch of a write. */
export function toastProblem(why: unknown): void {
	if (why instanceof ApiProblem)
		toast(problemText(why).title, { kind: "fail" });
	else
		throw why;
}

function close(id: number): void {
	messages.set(messages.get().filter((one) => one.id !== id));
}

/* The last change that can be taken back, for the key. */
export function undoLast(): boolean {
	const found = [...messages.get()].reverse().find((one) => one.undo);

	if (!found)
		return false;
	close(found.id);
	found.undo!();
	return true;
}

function Toast({ message }: { message: Message }) {
	const held = useRef(false);

	useEffect(() => {
		const stay = message.undo || message.kind === "fail" ?
			10_000 : 4_000;
		const timer = setInterval(() => {
			if (!held.current)
				close(message.id);
		}, stay);
		return () => clearInterval(timer);
	}, [message.id]);
	const hold = (on: boolean) => () => { held.current = on; };
	return (
		<div class={"toast toast-" + message.kind}
			onMouseEnter={hold(true)} onMouseLeave={hold(false)}
			onFocusIn={hold(true)} onFocusOut={hold(false)}>
			<Icon name={message.kind === "fail" ? "warn" : "check"} />
			<span>{message.text}</span>
			{message.undo && <button class="toast-undo"
				onClick={() => {
					close(message.id);
					message.undo!();
				}}>{t("web.action.undo")}</button>}
			<button class="toast-close"
				aria-label={t("web.action.close")}
				onClick={() => close(message.id)}>
				<Icon name="close" size={16} /></button>
		</div>
	);
}

export function Toasts() {
	const all = useStore(messages);

	return (
		<div class="toasts" role="status" aria-live="polite">
			{all.map((one) => <Toast key={one.id} message={one} />)}
		</div>
	);
}
