/* Tokens let programs in: each with what it may do, and an end. */
import { useState } from "preact/hooks";
import { ApiProblem, write } from "../api/client";
import { useQuery } from "../api/query";
import type { Token, Tokens as Answer_ } from "../api/types";
import { day } from "../words/format";
import { of, plural, t } from "../words/words";
import { When } from "../parts/bits";
import { Code } from "../parts/copy";
import { Confirm, Dialog } from "../parts/dialog";
import { Choice, Field, Radios } from "../parts/field";
import { Icon } from "../parts/icons";
import { Answer, Empty, Notice, ProblemView, Section } from "../parts/page";
import { Table } from "../parts/table";

type Scope = Token["scopes"][number];
const DAYS = [30, 90, 365] as const;

function Secret({ token, onClose }: { token: Token; onClose: () => void }) {
	return (
		<Dialog title={t("web.tokens.made")} onClose={onClose} actions={
			<button class="button button-main" onClick={onClose}>
				{t("web.tokens.kept")}</button>}>
			<Notice kind="warn">{t("web.tokens.once")}</Notice>
			<Code text={token.secret ?? ""} label={token.name} />
			<p class="muted small">{t("web.tokens.use")}</p>
			<Code text={"Authorization: Bearer " + (token.secret ?? "")}
				label="Authorization" />
		</Dialog>
	);
}

function Add({ onClose, made }: {
	onClose: () => void; made: (token: Token) => void;
}) {
	const [name, setName] = useState("");
	const [scope, setScope] = useState<Scope>("read");
	const [days, setDays] = useState("90");
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const scopes: Scope[] = ["read", "upload", "admin"];

	const add = (event: Event) => {
		event.preventDefault();
		write<Token>("POST", "/tokens", { name, scopes: [scope],
			days: Number(days) }).then(made,
			(why) => setProblem(why as ApiProblem));
	};
	return (
		<Dialog title={t("web.tokens.add")} onClose={onClose}>
			<form onSubmit={add}>
				{problem && <ProblemView problem={problem} />}
				<Field label={t("web.tokens.name")} value={name}
					onValue={setName} required autofocus
					hint={t("web.tokens.name_hint")} />
				<Radios label={t("web.tokens.scope")} value={scope}
					onValue={(value) => setScope(value as Scope)}
					options={scopes.map((one) => ({ value: one,
						title: of("web.scope.", one),
						text: of("web.scope.", `${one}_text` as
							const) }))} />
				<Choice label={t("web.tokens.days")} value={days}
					onValue={setDays} options={DAYS.map((one) =>
						[String(one), plural("web.count.days.",
							one)] as const)} />
				<button class="button button-main">
					{t("web.tokens.add")}</button>
			</form>
		</Dialog>
	);
}

export function Tokens() {
	const query = useQuery<Answer_>("/tokens");
	const [adding, setAdding] = useState(false);
	const [made, setMade] = useState<Token | null>(null);
	const [going, setGoing] = useState<Token | null>(null);
	const add = <button class="button button-main"
		onClick={() => setAdding(true)}>
		<Icon name="plus" size={16} />{t("web.tokens.add")}</button>;

	return (
		<Section title={t("web.settings.tokens")}
			intro={t("web.tokens.intro")} actions={add}>
			<Answer query={query} lines={3}>{(data) =>
				data.tokens.length === 0 ? <Empty icon="lock"
					title={t("web.tokens.none")} /> :
				<Table plain name="tokens" caption={t("web.settings.tokens")}
					rows={data.tokens} sort="name"
					keyOf={(one) => String(one.id)} columns={[
					{ id: "name", label: t("web.tokens.name"),
					  fixed: true, by: (one) => one.name,
					  cell: (one) => one.name },
					{ id: "scopes", label: t("web.tokens.scope"),
					  cell: (one) => one.scopes.map((scope) =>
						of("web.scope.", scope)).join(", ") },
					{ id: "used", label: t("web.tokens.used"),
					  by: (one) => one.last_used,
					  cell: (one) => <When at={one.last_used} /> },
					{ id: "ends", label: t("web.tokens.ends"),
					  by: (one) => one.expires_at,
					  cell: (one) => day(one.expires_at) },
					{ id: "remove", label: t("web.table.actions"),
					  fixed: true, number: true, cell: (one) =>
						<button class="button button-small"
							onClick={() => setGoing(one)}>
							{t("web.tokens.revoke")}</button> },
				]} />}</Answer>
			{adding && <Add onClose={() => setAdding(false)}
				made={(token) => {
					setAdding(false);
					setMade(token);
				}} />}
			{made && <Secret token={made} onClose={() => setMade(null)} />}
			{going && <Confirm danger word={t("web.tokens.revoke")}
				title={t("web.tokens.revoke_title",
					{ name: going.name })}
				onClose={() => setGoing(null)}
				onDo={() => write("DELETE", `/tokens/${going.id}`)}>
				<p>{t("web.tokens.revoke_text")}</p></Confirm>}
		</Section>
	);
}
