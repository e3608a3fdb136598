/* Changes of DNS: planned, shown, given to somebody else; their providers. */
import { api, equal, go, ok, open, settled, test } from "./harness.mjs";
import { until } from "./make.mjs";

const domain = "shop.example";
const json = (method, body) => ({ method, body: JSON.stringify(body),
	headers: { "Content-Type": "application/json" } });

/* A plan of one TXT record, as soon as it is made or has failed. */
async function plan() {
	await api("/domains", json("POST", { domains: [domain],
					     purpose: "people" }));
	const { id } = await api(`/domains/${domain}/plans`, json("POST", {
		records: [{ name: "_test", type: "TXT", ttl: 300,
			    value: "one two" }] }));
	await until(async () => (await api(`/dns/plans/${id}`)).state !==
		"asked", "the plan");
	return api(`/dns/plans/${id}`);
}

test("a provider is added and removed, and its secret never comes back",
     async () => {
	const page = await open();
	await go(page, "/settings/dns");
	await page.getByRole("button", { name: "Add DNS provider" }).click();
	const form = page.locator("dialog form");
	await form.getByLabel("Kind").selectOption("rfc2136");
	await form.getByLabel("Name", { exact: true }).fill("Own server");
	await form.getByLabel("Address of the primary").fill("127.0.0.1:53");
	await form.getByLabel("Name of the TSIG key").fill("key.example");
	await form.getByLabel("TSIG key, in base64").fill(
		"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0");
	await form.locator(".button-main").click();
	await page.getByText("Own server").first().waitFor();
	const told = await api("/dns/providers");
	equal(told.providers.length, 1, "providers");
	ok(!JSON.stringify(told).includes("c2VjcmV0"), "no secret");
	await page.getByRole("button", { name: "Remove" }).click();
	await page.locator("dialog .button-danger").click();
	await page.getByText("No DNS providers yet").waitFor();
	equal((await api("/dns/providers")).providers, [], "providers");
});

test("a plan stands in the queue and shows what becomes of its record",
     async () => {
	const made = await plan();
	const page = await open();
	await go(page, "/dns");
	await page.getByRole("link", { name: `DNS change #${made.id}` }).click();
	await page.getByRole("heading", { level: 1,
		name: `DNS change #${made.id}: ` }).waitFor();
	ok(made.plan !== null, `made: ${made.state} ${made.fault}`);
	await settled(page);
	const shown = await page.innerText("main");
	ok(shown.includes("_test." + domain), shown);
});

test("a link shows the records without signing in, a wrong one says so",
     async () => {
	const made = await plan();
	const share = await api(`/dns/plans/${made.id}/share`,
				json("POST", {}));
	const page = await open({ login: false });
	await go(page, "/shared/" + share.secret);
	await page.getByText(domain).first().waitFor();
	page.expectErrors = /40[14]|410/;
	await go(page, "/shared/nothing-of-the-kind");
	await page.getByText("This link leads nowhere").waitFor();
	await go(page, "/dns");
	equal(await page.getByText("_test." + domain).count(), 0, "plans");
	/* The other tests know nothing of this domain. */
	equal(await api("/domains/" + domain, { method: "DELETE" }), null,
	      "removed");
});
