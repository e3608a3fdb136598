/* Mail that carries reports, and why it is believed or not. The domains are in
 * the zone of tests/e2e/browser.py. */
import { createConnection } from "node:net";
import { gzipSync } from "node:zlib";
import { api, equal, go, ok, open, place, test } from "./harness.mjs";

const REPORT = name => `<feedback><report_metadata><org_name>${name}</org_name>
<email>r@${name}</email><report_id>${name}</report_id><date_range>
<begin>1763900000</begin><end>1763986399</end></date_range></report_metadata>
<policy_published><domain>a.example</domain><p>none</p></policy_published>
<record><row><source_ip>192.0.2.7</source_ip><count>1</count>
<policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><header_from>a.example
</header_from></identifiers></record></feedback>`;

const mail = name => [`From: r@${name}`, `Subject: from ${name}`,
	"MIME-Version: 1.0", "Content-Type: application/gzip; name=r.xml.gz",
	"Content-Transfer-Encoding: base64", "",
	gzipSync(REPORT(name)).toString("base64").replace(/.{76}/g, "$&\r\n"),
	"."].join("\r\n");

/* Each line is sent when the one before was answered. */
function send(name) {
	const lines = ["EHLO here.example", `MAIL FROM:<r@${name}>`,
		"RCPT TO:<reports@reports.test>", "DATA", mail(name), "QUIT"];

	return new Promise((done, failed) => {
		const socket = createConnection(place.smtp, "127.0.0.1");
		let seen = "";
		socket.setEncoding("utf8");
		socket.on("data", piece => {
			seen += piece;
			const end = /^(\d)\d\d [^\r\n]*\r\n/m.exec(seen);
			if (!end)
				return;
			if (end[1] > "3")
				failed(new Error(seen));
			seen = "";
			if (lines.length)
				socket.write(lines.shift() + "\r\n");
		});
		socket.on("error", failed);
		socket.on("close", done);
	});
}

async function judged(subject) {
	for (let i = 0; i < 300; i++) {
		const { items } = await api("/intake?limit=50");
		const item = items.find(one => one.subject === subject);
		if (item?.verdict)
			return item;
		await new Promise(later => setTimeout(later, 200));
	}
	throw new Error("no verdict on " + subject);
}

const CASES = [
	["direct.example", "carrier.by_spf", "Verified",
	 "belongs to the author's domain"],
	["forged.example", "carrier.unsigned", "Possibly forged",
	 "Anybody could have sent it"],
	["nopolicy.example", "carrier.no_policy", "Not verified",
	 "no DMARC record"],
];

test("mail is verified, unverified or forged, and the page says why",
     async () => {
	for (const [name] of CASES)
		await send(name);
	const page = await open();
	for (const [name, code, word, why] of CASES) {
		const item = await judged("from " + name);
		equal(item.verdict, code, name);
		await go(page, "/reports/inbox");
		const row = page.locator("[data-row]",
			{ hasText: "from " + name });
		ok((await row.innerText()).includes(word), word);
		await row.locator("button[aria-expanded]").click();
		const told = page.locator(".intake-verdict");
		await told.waitFor();
		ok((await told.innerText()).includes(why), await told.innerText());
		ok(await told.locator(`a[href$='#${code}']`).count() === 1,
		   "code");
	}
	const abroad = await open({ locale: "nb-NO" });
	await go(abroad, "/reports/inbox");
	ok((await abroad.innerText("main")).includes("Kan være forfalsket"),
	   "Norwegian");
});
