/* Keeping a view, going back to one, and taking its rows away as a file. */
import { useState } from "preact/hooks";
import { apiUrl, write } from "../api/client";
import { useQuery } from "../api/query";
import type { View as Kept, Views } from "../api/types";
import { go, place, usePlace } from "../model/place";
import { lang, t } from "../words/words";
import { Confirm, Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Menu } from "../parts/menu";
import { Answer } from "../parts/page";
import { toast, toastProblem } from "../parts/toast";
import { useKeys } from "../shell/keys";
import { tableOf } from "./explore-question";
import type { View } from "./explore-question";
import { isAdmin } from "../state/settings";

/* ---- export ---- */

export function ExportMenu({ view }: { view: View }) {
	const at = usePlace();
	const url = (more: Record<string, string>) => {
		const params = tableOf(at, view);
		params.delete("cursor");
		params.delete("limit");
		for (const [name, value] of Object.entries(more))
			params.set(name, value);
		return apiUrl(view === "detail" ? "/rows" : "/query", params);
	};
	const excel = { format: "csv", bom: "true",
			...(lang() === "nb" ? { separator: ";" } : {}) };

	useKeys({ e: () => document.querySelector<HTMLElement>(
		".export-menu .menu-button")?.click() });
	return (
		<Menu class="export-menu" side="end" label={t("web.export.menu")}
			face={<><Icon name="download" size={16} />
				<span>{t("web.export.menu")}</span></>}>
			{(close) => <>
				{([["web.export.csv", { format: "csv" }],
				   ["web.export.excel", excel],
				   ["web.export.json", { format: "json" }]] as const)
					.map(([name, more]) => (
					<a key={name} class="menu-item" download
						href={url({ ...more })}
						onClick={() => setTimeout(close)}>
						<Icon name="download" size={16} />
						{t(name)}</a>))}
				<p class="menu-note">{t("web.export.note")}</p>
			</>}
		</Menu>
	);
}

/* ---- saved views ---- */

/* This page without the page of its table. */
function here(): string {
	const params = new URLSearchParams(place.get().params);

	params.delete("cursor");
	const text = params.toString();
	return place.get().path + (text ? "?" + text : "");
}

function Save({ close }: { close: () => void }) {
	const [name, setName] = useState("");
	const [shared, setShared] = useState(false);
	const [pinned, setPinned] = useState(true);

	const save = (event: Event) => {
		event.preventDefault();
		if (!name.trim())
			return;
		write("POST", "/views", { name: name.trim(), url: here(),
					  shared, pinned })
			.then(() => {
				toast(t("web.views.saved", { name: name.trim() }));
				close();
			}, toastProblem);
	};
	return (
		<form class="menu-form save-view" onSubmit={save}>
			<label class="menu-note">{t("web.views.save")}
				<input type="text" value={name} required maxLength={100}
					placeholder={t("web.views.name")}
					onInput={(event) =>
						setName(event.currentTarget.value)} />
			</label>
			<label class="menu-check"><input type="checkbox"
				checked={pinned} onChange={(event) =>
					setPinned(event.currentTarget.checked)} />
				{t("web.views.pin")}</label>
			<label class="menu-check"><input type="checkbox"
				checked={shared} onChange={(event) =>
					setShared(event.currentTarget.checked)} />
				{t("web.views.share")}</label>
			<button class="button button-main">
				{t("web.action.save")}</button>
		</form>
	);
}

function Rename({ view }: { view: Kept }) {
	const [name, setName] = useState(view.name);
	const change = (what: Partial<Kept>) => {
		write("PATCH", "/views/" + view.id, what).catch(toastProblem);
	};

	return <>
		<input type="text" value={name} maxLength={100}
			aria-label={t("web.views.rename", { name: view.name })}
			onInput={(event) => setName(event.currentTarget.value)}
			onChange={() => {
				if (name.trim() && name.trim() !== view.name)
					change({ name: name.trim() });
			}} />
		<label class="check"><input type="checkbox" checked={view.pinned}
			onChange={(event) =>
				change({ pinned: event.currentTarget.checked })} />
			{t("web.views.pin")}</label>
		<label class="check"><input type="checkbox" checked={view.shared}
			onChange={(event) =>
				change({ shared: event.currentTarget.checked })} />
			{t("web.views.share")}</label>
	</>;
}

function Manage({ views, onClose }: {
	views: readonly Kept[]; onClose: () => void;
}) {
	const [gone, setGone] = useState<Kept | null>(null);

	if (gone)
		return <Confirm danger title={t("web.action.remove")}
			word={t("web.action.remove")}
			onClose={() => setGone(null)}
			onDo={() => write("DELETE", "/views/" + gone.id)
				.then(() => toast(t("web.views.removed",
					{ name: gone.name })))}>
			<p>{gone.name}</p></Confirm>;
	return (
		<Dialog wide title={t("web.views.manage")} onClose={onClose}>
			<ul class="view-list">{views.map((view) => (
				<li key={view.id}>
					{view.mine ? <Rename view={view} /> :
						<span>{view.name}</span>}
					{view.mine && <button type="button"
						class="button button-small button-danger"
						aria-label={t("web.action.remove") + ": " +
							view.name}
						onClick={() => setGone(view)}>
						<Icon name="trash" size={16} /></button>}
				</li>))}</ul>
		</Dialog>
	);
}

export function ViewsMenu() {
	const [managing, setManaging] = useState(false);
	const query = useQuery<Views>("/views");
	const mine = query.data?.views.some((one) => one.mine);

	return <>
		<Menu class="views-menu" side="end" label={t("web.views.menu")}
			face={<><Icon name="pin" size={16} />
				<span>{t("web.views.menu")}</span></>}>
			{(close) => <>
				<Answer query={query} lines={2}>{(data) =>
					data.views.length === 0 ? <p class="menu-note">
						{t("web.views.none")}</p> :
					data.views.map((one) => (
						<button type="button" class="menu-item"
							key={one.id} onClick={() => {
								close();
								go(one.url);
							}}>
							<span class="menu-tick">{one.pinned &&
								<Icon name="pin" size={16} />}</span>
							<span class="menu-grow">{one.name}</span>
						</button>))}</Answer>
				{isAdmin() && <>
					{mine && <button type="button" class="menu-item"
						onClick={() => {
							close();
							setManaging(true);
						}}><span class="menu-tick">
							<Icon name="settings" size={16} /></span>
						{t("web.views.manage")}</button>}
					<hr />
					<Save close={close} />
				</>}
			</>}
		</Menu>
		{managing && <Manage views={query.data?.views ?? []}
			onClose={() => setManaging(false)} />}
	</>;
}
