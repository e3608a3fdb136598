/* Handing reports in by hand: dragged or chosen, with how far each has come
 * and what became of it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiProblem, forget, read, session } from "../api/client";
import type { Intake, IntakeItem, Upload } from "../api/types";
import { bytes, percent } from "../words/format";
import { of, t } from "../words/words";
import { Icon } from "../parts/icons";
import { problemText } from "../parts/page";
import { Status } from "../parts/status";
import { Reason, reportHref } from "./report-parts";

interface One {
	key: string; file: File; sent: number;
	state: "sending" | "reading" | "done" | "failed";
	items: IntakeItem[]; why: string | null;
}

/* fetch() tells nothing of how much was sent. */
function send(file: File, key: string, sent: (n: number) => void):
	Promise<Upload> {
	return new Promise((done, failed) => {
		const request = new XMLHttpRequest();
		const gone = () => failed(new ApiProblem(request.status, "",
			null));

		request.open("POST", "/api/v1/reports");
		request.responseType = "json";
		for (const [name, value] of Object.entries({
			Accept: "application/json",
			"Content-Type": file.type || "application/octet-stream",
			"X-File-Name": encodeURIComponent(file.name),
			"Idempotency-Key": key,
			"X-Waxseal-CSRF": session.get()?.csrf ?? "" }))
			request.setRequestHeader(name, value);
		request.upload.onprogress = (event) => sent(event.loaded);
		request.onerror = gone;
		request.onload = () => {
			const told = request.response as { code?: string;
				detail?: string; id?: string } | null;
			if (request.status < 300 && told?.id)
				done(told as Upload);
			else
				failed(new ApiProblem(request.status,
					told?.code ?? "", told?.detail ?? null));
		};
		request.send(file);
	});
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/* What became of it; it may wait behind others for a while. */
async function fate(id: string): Promise<IntakeItem[]> {
	for (let i = 0; i < 60; i++) {
		const { items } = await read<Intake>("/api/v1/intake?upload=" +
			encodeURIComponent(id));
		if (items.length > 0)
			return items;
		await pause(Math.min(300 + i * 100, 2000));
	}
	return [];
}

function newKey(): string {
	const random = crypto.getRandomValues(new Uint8Array(16));

	return [...random].map((byte) => byte.toString(16).padStart(2, "0"))
		.join("");
}

function useUploads() {
	const [list, setList] = useState<readonly One[]>([]);
	const change = (key: string, what: Partial<One>) =>
		setList((now) => now.map((one) => one.key === key ?
			{ ...one, ...what } : one));

	const run = async (one: One) => {
		try {
			const { id } = await send(one.file, one.key, (sent) =>
				change(one.key, { sent }));
			change(one.key, { state: "reading" });
			change(one.key, { state: "done",
					  items: await fate(id) });
			forget();
		} catch (why) {
			change(one.key, { state: "failed",
				why: why instanceof ApiProblem ?
					problemText(why).title : null });
		}
	};
	const add = async (files: readonly File[]) => {
		const fresh = files.map((file): One => ({ key: newKey(), file,
			sent: 0, state: "sending", items: [], why: null }));
		setList((now) => [...fresh, ...now]);
		// One after the other: the pipeline is the same for all.
		for (const one of fresh)
			await run(one);
	};
	return [list, add] as const;
}

function State({ one }: { one: One }) {
	switch (one.state) {
	case "sending":
		return <span class="upload-state muted">
			<progress max={one.file.size || 1} value={one.sent}
				aria-label={one.file.name} />
			{t("web.inbox.sending")} {percent(one.sent,
				one.file.size)}</span>;
	case "reading":
		return <span class="upload-state muted">
			{t("web.inbox.reading")}</span>;
	case "failed":
		return <span class="upload-state"><Status tone="fail"
			word={one.why ?? t("web.inbox.not_sent")} /></span>;
	case "done":
		return <span class="upload-state">{one.items.length === 0 ?
			t("web.inbox.reading") : one.items.map((item) => (
			<span key={item.id} class="upload-item">
				<Outcome item={item} />
				{item.code && <Reason code={item.code}
					line={item.line} detail={item.detail} />}
				{item.report !== null && item.kind !== "none" &&
					<a href={reportHref({ id: item.report,
						kind: item.kind })}>
						{t("web.inbox.open")}</a>}
			</span>))}</span>;
	}
}

export function Outcome({ item }: { item: IntakeItem }) {
	const tone = { imported: "ok", duplicate: "none", superseded: "none",
		       rejected: "fail", ignored: "none",
		       unclaimed: "quarantined" } as const;

	return <Status tone={tone[item.outcome]}
		word={of("web.inbox.", item.outcome)} />;
}

/* Files may be dropped anywhere on the page. */
export function useDrop(add: (files: readonly File[]) => unknown): boolean {
	const [over, setOver] = useState(false);
	const latest = useRef(add);
	latest.current = add;

	useEffect(() => {
		const holds = (event: DragEvent) =>
			event.dataTransfer?.types.includes("Files") ?? false;
		const enter = (event: DragEvent) => {
			if (!holds(event))
				return;
			event.preventDefault();
			setOver(true);
		};
		const leave = (event: DragEvent) => {
			if (event.relatedTarget === null)
				setOver(false);
		};
		const drop = (event: DragEvent) => {
			if (!holds(event))
				return;
			event.preventDefault();
			setOver(false);
			void latest.current([...event.dataTransfer!.files]);
		};
		document.addEventListener("dragover", enter);
		document.addEventListener("dragleave", leave);
		document.addEventListener("drop", drop);
		return () => {
			document.removeEventListener("dragover", enter);
			document.removeEventListener("dragleave", leave);
			document.removeEventListener("drop", drop);
		};
	}, []);
	return over;
}

export function DropBox({ title, text, add }: {
	title: string; text: string;
	add: (files: readonly File[]) => unknown;
}) {
	const input = useRef<HTMLInputElement>(null);

	return (
		<div class="drop-box">
			<span class="empty-icon"><Icon name="upload" size={24} />
			</span>
			<div>
				<h2 id="drop-title">{title}</h2>
				<p class="muted small">{text}</p>
			</div>
			<button type="button" class="button"
				onClick={() => input.current?.click()}>
				{t("web.inbox.choose")}</button>
			<input ref={input} type="file" multiple hidden
				aria-label={t("web.inbox.choose")}
				onChange={(event) => {
					const files = [...event.currentTarget.files ??
						[]];
					event.currentTarget.value = "";
					void add(files);
				}} />
		</div>
	);
}

export function Uploads() {
	const [list, add] = useUploads();
	const over = useDrop(add);

	return (
		<section class={"drop" + (over ? " drop-over" : "")}
			aria-labelledby="drop-title">
			<DropBox title={t("web.inbox.upload")} add={add}
				text={t("web.inbox.upload_text")} />
			{list.length > 0 && <ul class="upload-list" role="status"
				aria-label={t("web.inbox.uploads")}>
				{list.map((one) => (
					<li key={one.key} data-state={one.state}>
						<span class="break"><strong>{one.file.name}
							</strong> <span class="muted small">
							{bytes(one.file.size)}</span></span>
						<State one={one} />
					</li>))}</ul>}
		</section>
	);
}
