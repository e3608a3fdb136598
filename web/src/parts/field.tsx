/* Inputs with their label, hint and error tied to them. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Typed {
	value: string; onValue: (value: string) => void;
	type?: "text" | "password" | "search" | "number" | "date" | "email";
	required?: boolean; autofocus?: boolean; readOnly?: boolean;
	autocomplete?: AutoFill; autocapitalize?: "none";
	spellcheck?: boolean; placeholder?: string; class?: string;
	rows?: number; min?: string; max?: string;
}
type AutoFill = "off" | "username" | "current-password" | "new-password";
interface Base { label: string; hint?: ComponentChildren;
		 error?: string | null }

function Frame({ id, label, hint, error, children }: Base & {
	id: string; children: ComponentChildren;
}) {
	return (
		<div class={"field" + (error ? " field-bad" : "")}>
			<label for={id}>{label}</label>
			{children}
			{hint && <p class="field-hint" id={id + "-hint"}>{hint}</p>}
			{error && <p class="field-error" id={id + "-error"}
				role="alert">{error}</p>}
		</div>
	);
}

function described(id: string, { hint, error }: Base): string | undefined {
	return [hint && id + "-hint", error && id + "-error"]
		.filter(Boolean).join(" ") || undefined;
}

export function Field({ label, hint, error, value, onValue, type, ...rest }:
		      Base & Typed) {
	const id = useId();

	return (
		<Frame id={id} {...{ label, hint, error: error ?? null }}>
			<input id={id} {...rest} value={value}
				type={(type ?? "text") as "text"}
				aria-invalid={error ? true : undefined}
				aria-describedby={described(id, { label, hint,
					error: error ?? null })}
				onInput={(event) =>
					onValue(event.currentTarget.value)} />
		</Frame>
	);
}

export function Area({ label, hint, error, value, onValue, ...rest }: Base & Omit<Typed, "type" | "min" | "max">) {
	const id = useId();

	return (
		<Frame id={id} {...{ label, hint, error: error ?? null }}>
			<textarea id={id} {...rest} value={value}
				aria-invalid={error ? true : undefined}
				aria-describedby={described(id, { label, hint,
					error: error ?? null })}
				onInput={(event) =>
					onValue(event.currentTarget.value)} />
		</Frame>
	);
}

export function Choice({ label, hint, error, value, onValue, options }: Base & {
	value: string; onValue: (value: string) => void;
	options: readonly (readonly [value: string, text: string])[];
}) {
	const id = useId();

	return (
		<Frame id={id} {...{ label, hint, error: error ?? null }}>
			<select id={id} value={value}
				aria-describedby={described(id, { label, hint,
					error: error ?? null })}
				onChange={(event) =>
					onValue(event.currentTarget.value)}>
				{options.map(([name, text]) =>
					<option key={name} value={name}>{text}
					</option>)}
			</select>
		</Frame>
	);
}

/* A choice of few, all in sight. */
export function Radios({ label, value, onValue, options }: {
	label: string; value: string; onValue: (value: string) => void;
	options: readonly { value: string; title: string; text?: string }[];
}) {
	const id = useId();

	return (
		<fieldset class="radios">
			<legend>{label}</legend>
			{options.map((one) => (
				<label key={one.value} class="radio">
					<input type="radio" name={id}
						value={one.value}
						checked={one.value === value}
						onChange={() => onValue(one.value)} />
					<span>
						<strong>{one.title}</strong>
						{one.text && <span class="muted">
							{one.text}</span>}
					</span>
				</label>
			))}
		</fieldset>
	);
}

export function Switch({ label, on, onChange }: {
	label: string; on: boolean; onChange: (on: boolean) => void;
}) {
	return (
		<label class="switch">
			<input type="checkbox" role="switch" checked={on}
				onChange={(event) =>
					onChange(event.currentTarget.checked)} />
			<span class="switch-track" aria-hidden="true" />
			<span>{label}</span>
		</label>
	);
}
