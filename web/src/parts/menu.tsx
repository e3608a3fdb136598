/* A button that opens a small panel under it; closed by Escape, by a click
 * elsewhere, and by choosing. Arrow keys walk through its items. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { usePlace } from "../model/place";
import { Icon } from "./icons";

export function Menu({ label, face, children, side = "start", class: name,
		       plain }: {
	label: string;           // read out, and shown when there is no face
	face?: ComponentChildren;
	children: (close: () => void) => ComponentChildren;
	side?: "start" | "end";
	class?: string;
	plain?: boolean;         // no arrow
}) {
	const [open, setOpen] = useState(false);
	const icon = name?.includes("icon-menu"); // a face without words
	const box = useRef<HTMLDivElement>(null);
	const button = useRef<HTMLButtonElement>(null);
	const id = useId();
	const at = usePlace();

	const close = () => {
		if (box.current?.contains(document.activeElement))
			/* It stays in sight, what is read below stays put. */
			button.current?.focus({ preventScroll: true });
		setOpen(false);
	};
	useEffect(() => setOpen(false), [at]);
	useEffect(() => {
		if (!open)
			return undefined;
		const elsewhere = (event: Event) => {
			if (!box.current?.contains(event.target as Node))
				setOpen(false);
		};
		document.addEventListener("pointerdown", elsewhere);
		document.addEventListener("focusin", elsewhere);
		return () => {
			document.removeEventListener("pointerdown", elsewhere);
			document.removeEventListener("focusin", elsewhere);
		};
	}, [open]);

	const walk = (event: KeyboardEvent) => {
		if (event.key === "Escape" && open) {
			event.stopPropagation();
			close();
		}
		if (event.key !== "ArrowDown" && event.key !== "ArrowUp")
			return;
		if ((event.target as Element).matches("input:not([type=radio])" +
		    ":not([type=checkbox]), textarea, select"))
			return;
		const items = [...box.current!.querySelectorAll<HTMLElement>(
			".menu-panel a, .menu-panel button, .menu-panel input")];
		const next = items.indexOf(document.activeElement as
			HTMLElement) + (event.key === "ArrowDown" ? 1 : -1);
		event.preventDefault();
		if (!open)
			setOpen(true);
		else
			items[(next + items.length) % items.length]?.focus();
	};
	return (
		<div class={"menu" + (name ? " " + name : "")} ref={box}
			onKeyDown={walk}>
			<button type="button" class="menu-button" ref={button}
				aria-expanded={open} aria-controls={id}
				aria-label={icon ? label : undefined}
				title={face ? label : undefined}
				onClick={() => setOpen(!open)}>
				{face ?? label}
				{!plain && <Icon name="down" size={16} />}
			</button>
			{/* Pressing on its text must not take the focus out of it. */}
			{open && <div class={"menu-panel menu-" + side} id={id}
				tabIndex={-1}>
				{children(close)}</div>}
		</div>
	);
}

/* One of several, ticked. */
export function MenuChoice({ chosen, onChoose, children }: {
	chosen: boolean; onChoose: () => void; children: ComponentChildren;
}) {
	return (
		<button type="button" class="menu-item" aria-pressed={chosen}
			onClick={onChoose}>
			<span class="menu-tick">{chosen &&
				<Icon name="check" size={16} />}</span>
			<span>{children}</span>
		</button>
	);
}
