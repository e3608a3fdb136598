/* Who may be told to change DNS for us. Their secrets go in and never come
 * back. */
import { useState } from "preact/hooks";
import { ApiProblem, write } from "../api/client";
import { useQuery } from "../api/query";
import type { DnsProvider, DnsProviders } from "../api/types";
import { named, t } from "../words/words";
import { When } from "../parts/bits";
import { Confirm, Dialog } from "../parts/dialog";
import { Choice, Field } from "../parts/field";
import { Icon } from "../parts/icons";
import { Answer, Empty, ProblemView, Section } from "../parts/page";
import { Table } from "../parts/table";

type Kind = DnsProviders["kinds"][number];

function kindName(kind: string): string {
	return named("web.dns.kind_", kind);
}

export function AddProvider({ kinds, first, onClose }: {
	kinds: readonly Kind[]; onClose: () => void;
	first?: string | null; // the kind to begin with
}) {
	const [kind, setKind] = useState(kinds.find((one) => one.kind ===
		first)?.kind ?? kinds[0]!.kind);
	const [values, setValues] = useState<Record<string, string>>({});
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const fields = kinds.find((one) => one.kind === kind)!.fields;
	const put = (name: string) => (value: string) =>
		setValues((old) => ({ ...old, [name]: value }));

	const add = (event: Event) => {
		const body: Record<string, string> = { kind,
			name: values.name ?? "", secret: values.secret ?? "" };

		event.preventDefault();
		for (const { name } of fields)
			if (values["field_" + name])
				body[name] = values["field_" + name]!;
		write("POST", "/dns/providers", body).then(onClose,
			(why) => setProblem(why as ApiProblem));
	};
	return (
		<Dialog title={t("web.dns.provider_add")} onClose={onClose}>
			<form onSubmit={add}>
				{problem && <ProblemView problem={problem} />}
				<Choice label={t("web.dns.kind")} value={kind}
					onValue={setKind} options={kinds.map((one) =>
						[one.kind, kindName(one.kind)] as const)} />
				<Field label={t("web.dns.provider_name")} required
					value={values.name ?? ""} onValue={put("name")}
					hint={t("web.dns.provider_name_hint")} />
				{fields.map(({ name, needed }) => <Field
					key={kind + name} required={needed}
					label={named("web.dns.field_", name)}
					value={values["field_" + name] ?? ""}
					onValue={put("field_" + name)}
					hint={needed ? null : t("web.dns.optional")}
					spellcheck={false} autocapitalize="none" />)}
				<Field label={t(kind === "rfc2136" ?
					"web.dns.secret_tsig" : "web.dns.secret")}
					type="password" required
					autocomplete="new-password"
					value={values.secret ?? ""}
					onValue={put("secret")}
					hint={t("web.dns.secret_hint")} />
				<button class="button button-main">
					{t("web.dns.provider_add")}</button>
			</form>
		</Dialog>
	);
}

function List({ data, remove }: {
	data: DnsProviders; remove: (one: DnsProvider) => void;
}) {
	return (
		<Table plain name="providers" caption={t("web.dns.providers")}
			rows={data.providers} sort="name"
			keyOf={(one) => String(one.id)} columns={[
			{ id: "name", label: t("web.dns.provider_name"),
			  fixed: true, by: (one) => one.name,
			  cell: (one) => one.name },
			{ id: "kind", label: t("web.dns.kind"),
			  by: (one) => one.kind,
			  cell: (one) => kindName(one.kind) },
			{ id: "added", label: t("web.dns.added"),
			  by: (one) => one.added_at,
			  cell: (one) => <When at={one.added_at} /> },
			{ id: "used", label: t("web.dns.used"),
			  by: (one) => one.used_at,
			  cell: (one) => <When at={one.used_at} /> },
			{ id: "remove", label: t("web.table.actions"),
			  fixed: true, number: true, cell: (one) =>
				<button class="button button-small"
					onClick={() => remove(one)}>
					{t("web.action.remove")}</button> },
		]} />
	);
}

export function Providers() {
	const query = useQuery<DnsProviders>("/dns/providers");
	const [adding, setAdding] = useState(false);
	const [going, setGoing] = useState<DnsProvider | null>(null);
	const kinds = query.data?.kinds ?? [];

	return (
		<Section title={t("web.dns.providers")}
			intro={t("web.dns.providers_text")} actions={
				<button class="button button-main"
					disabled={kinds.length === 0}
					onClick={() => setAdding(true)}>
					<Icon name="plus" size={16} />
					{t("web.dns.provider_add")}</button>}>
			<Answer query={query} lines={3}>{(data) =>
				data.providers.length === 0 ? <Empty icon="upload"
					title={t("web.dns.providers_none")}>
					<p>{t("web.dns.providers_none_text")}</p></Empty> :
					<List data={data} remove={setGoing} />}</Answer>
			{adding && <AddProvider kinds={kinds}
				onClose={() => setAdding(false)} />}
			{going && <Confirm danger word={t("web.action.remove")}
				title={t("web.dns.provider_remove",
					{ name: going.name })}
				onClose={() => setGoing(null)}
				onDo={() => write("DELETE",
					`/dns/providers/${going.id}`)}>
				<p>{t("web.dns.provider_remove_text")}</p></Confirm>}
		</Section>
	);
}
