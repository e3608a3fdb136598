/* What somebody who may only read can do: nothing (product section 6: 41). */
import { api, equal, go, ok, open, place, settled, test } from
	"./harness.mjs";

const DOMAIN = "shop.example";
const json = (method, body) => ({ method, body: JSON.stringify(body),
	headers: { "Content-Type": "application/json" } });

let cookies = null;
async function openViewer() {
	const page = await open({ login: false });

	if (!cookies) {
		const name = "seer", { password } = place;
		await api("/users", json("POST", { name, password,
						   role: "viewer" }));
		const answer = await page.request.post("/api/v1/session",
			{ data: { name, password } });
		ok(answer.ok(), await answer.text());
		cookies = await page.context().cookies();
	}
	await page.context().addCookies(cookies);
	return page;
}

/* A domain with everything there is to press, hosted and with a plan. */
async function withDomain(run) {
	await api("/domains", json("POST", { domains: [DOMAIN],
					     purpose: "people" }));
	try {
		await api(`/domains/${DOMAIN}/hosting`, json("POST", {}));
		await run((await api(`/domains/${DOMAIN}/plans`,
			json("POST", {}))).id);
	} finally {
		await api("/domains/" + DOMAIN, { method: "DELETE" });
	}
}

/* Every enabled button by its name, also those of what it opens. */
async function pressAll(page, path) {
	const buttons = page.locator("main button:enabled:visible, " +
		"dialog button:enabled:visible");
	const done = new Set();

	await go(page, path);
	for (let i = 0; i < 60; i++) {
		const names = await buttons.evaluateAll(all => all.map(e =>
			e.getAttribute("aria-label") ?? e.innerText.trim()));
		const at = names.findIndex(name => !done.has(name));
		if (at < 0)
			return done.size;
		done.add(names[at]);
		await buttons.nth(at).click({ timeout: 2000 })
			.catch(() => undefined); // it is behind a dialog
		if (!page.url().includes(path)) {
			await page.keyboard.press("Escape");
			await go(page, path);
		}
		await settled(page);
	}
	throw new Error(path + ": too many buttons");
}

test("nothing that a viewer can press changes anything", () =>
	withDomain(async plan => {
	const page = await openViewer();
	const writes = [];
	let pressed = 0;

	page.on("request", request => {
		const { pathname } = new URL(request.url());
		/* How a page looks to oneself is one's own. */
		if (request.method() !== "GET" &&
		    !/\/(me|session|report\/view)$|\/generate\//.test(pathname))
			writes.push(`${page.url()} ${request.method()} ` +
				pathname);
	});
	for (const path of ["/domains", `/d/${DOMAIN}`, `/d/${DOMAIN}/dns`,
			    `/d/${DOMAIN}/policy`, `/d/${DOMAIN}/mta-sts`,
			    `/d/${DOMAIN}/tls-rpt`, "/dns", "/dns/" + plan,
			    "/sources", "/reports/inbox", "/settings/dns"])
		pressed += await pressAll(page, path);
	equal(writes, [], "writes");
	ok(pressed > 20, `only ${pressed} buttons`);
}));

test("whatever is for admins answers a viewer with 403", async () => {
	const page = await openViewer();
	const { csrf } = await (await page.request.get("/api/v1/session"))
		.json();
	const { paths } = await (await fetch(place.full +
		"/api/v1/openapi.json")).json();
	const wrong = [];
	let asked = 0;

	for (const [path, methods] of Object.entries(paths))
		for (const [method, one] of Object.entries(methods)) {
			if (!/Admins/.test(one.description ?? "") ||
			    method === "get")
				continue;
			const answer = await page.request.fetch(path.replace(
				/\{(\w+)\}/g, (_, name) => name === "domain" ?
					DOMAIN : "1"), {
				method: method.toUpperCase(), data: {},
				headers: { "X-Waxseal-CSRF": csrf } });
			asked++;
			if (answer.status() === 429)
				await new Promise(later =>
					setTimeout(later, 500));
			if (answer.status() !== 403)
				wrong.push(`${method} ${path}: ` +
					answer.status());
		}
	equal(wrong, [], "answers");
	ok(asked > 30, `only ${asked} asked`);
});
