/* Who may sign in. */
import { useState } from "preact/hooks";
import { ApiProblem, session, write } from "../api/client";
import { useQuery } from "../api/query";
import type { User, Users as Answer_ } from "../api/types";
import { of, t } from "../words/words";
import { PASSWORD_MIN } from "./setup";
import { When } from "../parts/bits";
import { Confirm, Dialog } from "../parts/dialog";
import { Field, Radios } from "../parts/field";
import { Icon } from "../parts/icons";
import { Answer, ProblemView, Section } from "../parts/page";
import { Table } from "../parts/table";
import { toast, toastProblem } from "../parts/toast";

const ROLES = ["viewer", "admin"] as const;
type Role = User["role"];

function Add({ onClose }: { onClose: () => void }) {
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [role, setRole] = useState<Role>("viewer");
	const [problem, setProblem] = useState<ApiProblem | null>(null);

	const add = (event: Event) => {
		event.preventDefault();
		write("POST", "/users", { name, password, role }).then(() => {
			toast(t("web.users.added", { name }));
			onClose();
		}, (why) => setProblem(why as ApiProblem));
	};
	return (
		<Dialog title={t("web.users.add")} onClose={onClose}>
			<form onSubmit={add}>
				{problem && <ProblemView problem={problem} />}
				<Field label={t("web.login.name")} value={name}
					onValue={setName} required autocomplete="off"
					autocapitalize="none" spellcheck={false}
					autofocus />
				<Field label={t("web.login.password")} type="password"
					value={password} onValue={setPassword} required
					autocomplete="new-password"
					hint={t("web.setup.password_hint",
						{ count: PASSWORD_MIN })} />
				<Radios label={t("web.users.role")} value={role}
					onValue={(value) => setRole(value as Role)}
					options={ROLES.map((one) => ({ value: one,
						title: of("web.role.", one),
						text: of("web.role.", `${one}_text` as
							const) }))} />
				<button class="button button-main">
					{t("web.users.add")}</button>
			</form>
		</Dialog>
	);
}

function RoleOf({ user }: { user: User }) {
	if (user.id === session.get()?.user?.id)
		return <>{of("web.role.", user.role)}</>;
	return (
		<select class="inline-select" value={user.role}
			aria-label={t("web.users.role_of", { name: user.name })}
			onChange={(event) => {
				write("PATCH", `/users/${user.id}`,
					{ role: event.currentTarget.value })
					.catch(toastProblem);
			}}>
			{ROLES.map((one) => <option key={one} value={one}>
				{of("web.role.", one)}</option>)}
		</select>
	);
}

export function Users() {
	const query = useQuery<Answer_>("/users");
	const [adding, setAdding] = useState(false);
	const [going, setGoing] = useState<User | null>(null);
	const me = session.get()?.user?.id;

	return (
		<Section title={t("web.settings.users")} actions={
			<button class="button button-main"
				onClick={() => setAdding(true)}>
				<Icon name="plus" size={16} />{t("web.users.add")}
			</button>}>
			<Answer query={query} lines={3}>{(data) =>
				<Table plain name="users" caption={t("web.settings.users")}
					rows={data.users} sort="name"
					keyOf={(one) => String(one.id)} columns={[
					{ id: "name", label: t("web.login.name"),
					  fixed: true, by: (one) => one.name,
					  cell: (one) => <>{one.name}{one.id === me &&
						<span class="tag">{t("web.users.you")}
						</span>}</> },
					{ id: "role", label: t("web.users.role"),
					  by: (one) => one.role,
					  cell: (one) => <RoleOf user={one} /> },
					{ id: "login", label: t("web.users.last_login"),
					  by: (one) => one.last_login,
					  cell: (one) => <When at={one.last_login} /> },
					{ id: "remove", label: t("web.table.actions"),
					  fixed: true, number: true, cell: (one) =>
						one.id !== me && <button
							class="button button-small"
							onClick={() => setGoing(one)}>
							{t("web.action.remove")}</button> },
				]} />}</Answer>
			{adding && <Add onClose={() => setAdding(false)} />}
			{going && <Confirm danger word={t("web.action.remove")}
				title={t("web.users.remove", { name: going.name })}
				onClose={() => setGoing(null)}
				onDo={() => write("DELETE", `/users/${going.id}`)}>
				<p>{t("web.users.remove_text")}</p></Confirm>}
		</Section>
	);
}
