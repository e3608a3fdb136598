/* Records from forms and forms from records (product section 6: 33). */
import { equal, go, ok, open, settled, test } from "./harness.mjs";

const value = page => page.locator(".made-record .record-part code").nth(2);
const isMade = async (page, text) => {
	await page.waitForFunction(text => [...document.querySelectorAll(
		".made-record code")].some(e => e.textContent === text), text,
		{ timeout: 15_000 }).catch(async () => {
		throw new Error(`not ${text}: ` +
			await page.innerText(".gen-made"));
	});
};
const begin = async (page, text) => {
	await page.locator(".gen-form > details").first().evaluate(e => {
		e.open = true;
	});
	await page.getByLabel("Record", { exact: true }).fill(text);
	await page.click("text=Fill the form");
};

test("an old DMARC record is told of its tags, and converted", async () => {
	const page = await open();
	await go(page, "/tools");
	await page.click(".guide-card a[href='/tools/generate/dmarc']");
	await page.getByLabel("Domain", { exact: true }).fill("Old.Example");
	await begin(page, "v=DMARC1; p=quarantine; pct=20; rf=afrf; ri=3600; " +
		"rua=mailto:d@old.example");
	await page.waitForSelector(".made-record");
	const made = await value(page).textContent();
	for (const tag of ["p=quarantine", "t=y", "rua=mailto:d@old.example"])
		ok(made.split("; ").includes(tag), made);
	ok(!/pct|rf=|ri=/.test(made), made);
	const told = await page.innerText(".gen-made");
	ok(/pct, rf, ri: removed from DMARC/.test(told), told);
	/* What t=y is to those who do not know it. */
	ok(/Older receivers do not know t/.test(told), told);
	ok(await page.locator("input[type=radio][value=quarantine]")
		.first().isChecked(), "the form is filled");
	equal(await page.getByLabel("Mailboxes for aggregate reports")
		.inputValue(), "mailto:d@old.example", "rua");
	equal(new URL(page.url()).searchParams.get("q"), "old.example", "q");
	/* No choice brings the old tags back. */
	for (const policy of ["none", "quarantine", "reject"]) {
		await page.locator(`input[type=radio][value=${policy}]`)
			.first().check();
		await page.waitForFunction(policy => document.querySelectorAll(
			".made-record code")[2]?.textContent
			.includes("p=" + policy), policy);
		ok(!/pct|rf=|ri=/.test(await value(page).textContent()), policy);
	}
});

test("the record follows the form, and is copied as it is", async () => {
	const page = await open();
	await page.context().grantPermissions(["clipboard-read",
					       "clipboard-write"]);
	await go(page, "/tools/generate/spf?q=a.example");
	await isMade(page, "v=spf1 mx ~all");
	await page.getByLabel("Addresses that send")
		.fill("192.0.2.25\n2001:db8::/32");
	await page.keyboard.press("Tab");
	await page.keyboard.type("_spf.example.net");
	await isMade(page, "v=spf1 mx ip4:192.0.2.25 ip6:2001:db8::/32 " +
		"include:_spf.example.net ~all");
	const part = page.locator(".made-record .record-part").nth(2);
	await part.locator("button").click();
	equal(await page.evaluate(() => navigator.clipboard.readText()),
	      await value(page).textContent(), "clipboard");
	equal(await part.locator("[role=status]").textContent(), "Copied",
	      "announced");
	/* Other forms of the same. */
	await page.click("text=The same for a zone file");
	for (const [form, text] of [["zone", "TXT"],
				    ["nsupdate", "update add"],
				    ["terraform", "resource"],
				    ["octodns", "TXT"]]) {
		await page.getByLabel("Form", { exact: true })
			.selectOption(form);
		const shown = await page.locator(".gen-text pre").last()
			.textContent();
		ok(shown.includes(text) && shown.includes("192.0.2.25"), shown);
	}
	/* Two records become one. */
	await begin(page, "v=spf1 a -all\nv=spf1 include:b.example ~all");
	await isMade(page, "v=spf1 a include:b.example ~all");
	equal(await page.locator(".made-record").count(), 1, "records");
});

test("a policy of MTA-STS: file, server settings, steps in order",
     async () => {
	const page = await open();
	await go(page, "/tools/generate/mta-sts?q=broken.example");
	await page.click("text=Take them from DNS");
	await page.waitForFunction(() => [...document.querySelectorAll(
		"textarea")].some(e => e.value === "mx.broken.example"), null,
		{ timeout: 30_000 });
	await page.waitForSelector(".gen-steps");
	const [download] = await Promise.all([page.waitForEvent("download"),
		page.click("text=Download")]);
	equal(download.suggestedFilename(), "mta-sts.txt", "name");
	const policy = "version: STSv1\r\nmode: testing\r\n" +
		"mx: mx.broken.example\r\nmax_age: 86400\r\n";
	let bytes = "";
	for await (const chunk of await download.createReadStream())
		bytes += chunk;
	equal(bytes, policy, "file");
	await page.click("text=Settings for a web server");
	for (const [name, word] of [["nginx.conf", "server_name"],
				    ["apache.conf", "VirtualHost"],
				    ["Caddyfile", "file_server"]]) {
		await page.getByLabel("Web server", { exact: true })
			.selectOption(name);
		ok((await page.locator("pre[aria-label='" + name + "']")
			.textContent()).includes(word), name);
	}
	const steps = await page.$$eval(".gen-steps li", all =>
		all.map(one => one.textContent));
	ok(steps.findIndex(s => s.includes("must open")) <
	   steps.findIndex(s => s.includes("_mta-sts.")), steps.join("\n"));
	/* What is not there is not ticked. */
	await page.click("text=Look what is done");
	await page.waitForFunction(() => /of 6 steps/.test(
		document.body.innerText), null, { timeout: 60_000 });
	ok(!await page.locator(".gen-steps input").nth(2).isChecked(), "file");
	/* The file goes back into the form. */
	await begin(page, policy.replace("testing", "enforce")
		.replace("86400", "604800"));
	await page.waitForFunction(() => document.querySelector(
		"input[type=radio][value=enforce]").checked);
});

test("a private key stays in the browser", async () => {
	const page = await open();
	await go(page, "/tools/generate/dkim?q=a.example");
	await settled(page);
	const asked = [];
	page.on("request", request => asked.push(request.postData() ?? ""));
	await page.getByLabel("Public key").fill("-----BEGIN PRIVATE KEY-----" +
		"\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----");
	await page.waitForSelector(".field-error");
	await page.waitForTimeout(600);
	ok(!asked.join("").includes("MC4CAQ"), "sent");
	ok((await page.innerText(".gen-form")).includes(
		"waxseal generate dkim a.example --selector s"), "command");
	await page.locator("input[type=radio][value=ed25519]").check();
	await page.getByLabel("Public key").fill("-----BEGIN PUBLIC KEY-----\n" +
		"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n" +
		"-----END PUBLIC KEY-----");
	await page.waitForSelector(".made-record");
	ok((await value(page).textContent()).startsWith(
		"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS"), "record");
});

test("what cannot be published says why, in words", async () => {
	const page = await open();
	await go(page, "/tools/generate/tls-rpt?q=a.example");
	ok(/Still missing: Where reports go/.test(
		await page.innerText(".gen-made")), "missing");
	await page.getByLabel("Where reports go").fill("ftp://a.example");
	await page.waitForSelector(".gen-made .found-fail");
	const told = await page.innerText(".gen-made");
	ok(/cannot be sent to ftp:/.test(told), told);
	equal(await page.locator(".made-record").count(), 0, "records");
	await page.getByLabel("Where reports go").fill("t@a.example");
	await isMade(page, "v=TLSRPTv1; rua=mailto:t@a.example");
	equal(await page.locator(".found-fail").count(), 0, "faults");
});

test("a public instance makes records for everybody", async () => {
	const page = await open({ login: false });
	await go(page, "/tools/generate/bimi?q=a.example");
	await page.getByLabel("Show no logo").press("Space");
	await isMade(page, "v=BIMI1; l=; a=;");
});
