// Builds the dashboard into dist/: hashed, compressed, nothing from elsewhere.
//
//   node build.mjs               build
//   node build.mjs --words-only  only gen/keys.d.ts, for the type checker
//   node build.mjs --mock [PORT] build, then serve it with made-up answers
//
// Every file in dist/assets has a hash of its content in its name and never
// changes; beside each file stands its gzip. words-LANG.json come from the
// catalogue in src/finding, the same that the program itself is built from,
// help-LANG.json from docs/help.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync,
	 rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { help } from "./help.mjs";

const here = dirname(fileURLToPath(import.meta.url));
// Made beside its place and then moved there as a whole.
const done = join(here, "dist");
const dist = join(here, `dist.${process.pid}`);
const assets = join(dist, "assets");
const languages = ["en", "ja", "nb"];
const SCRIPT_MAX = 200_000; // bytes of all scripts together, gzip -9

function catalogue() {
	const finding = join(here, "../src/finding");
	const made = mkdtempSync(join(tmpdir(), "waxseal-words-"));
	const json = join(made, "finding.json");

	try {
		const files = readdirSync(join(finding, "catalogue"))
			.filter((name) => name.endsWith(".toml"))
			.map((name) => join(finding, "catalogue", name));
		execFileSync("python3", [join(finding, "compile.py"),
			"--c", join(made, "finding.c"), "--json", json,
			...files], { stdio: ["ignore", "inherit", "inherit"] });
		return JSON.parse(readFileSync(json, "utf8"));
	} catch {
		return null; // compile.py has told why
	} finally {
		rmSync(made, { recursive: true });
	}
}

// Sentences of pages, and those that answers of the API refer to.
function spoken(key) {
	return /^(web|sender)\./.test(key);
}

function words(cat, language) {
	const findings = {}, sentences = {};
	for (const f of cat.findings)
		findings[f.code] = [f.severity, f.title[language],
				    f.meaning[language], f.fix[language],
				    f.reference];
	for (const [key, text] of Object.entries(cat.sentences))
		if (spoken(key))
			sentences[key] = text[language];
	return { language, sentences, findings };
}

// A key that is in no catalogue is an error of the type checker.
function writeKeys(cat) {
	const keys = Object.keys(cat.sentences)
		.filter((key) => key.startsWith("web."));
	mkdirSync(join(here, "gen"), { recursive: true });
	writeFileSync(join(here, "gen/keys.d.ts"),
		"// Made by build.mjs from src/finding/catalogue.\n" +
		"type WordKey =\n" +
		keys.map((key) => `\t| '${key}'`).join("\n") + ";\n");
}

function asset(name, bytes) {
	const hash = createHash("sha256").update(bytes).digest("hex");
	const dot = name.lastIndexOf(".");
	const file = `${name.slice(0, dot)}-${hash.slice(0, 10)}` +
		name.slice(dot);

	writeFileSync(join(assets, file), bytes);
	return "/assets/" + file;
}

async function bundle() {
	const esbuild = await import("esbuild");
	const result = await esbuild.build({
		absWorkingDir: here,
		entryPoints: { main: "src/main.tsx", style: "src/style/index.css",
			       theme: "src/theme.ts" },
		outdir: assets, bundle: true, minify: true, splitting: true,
		format: "esm", target: ["es2022", "chrome100", "firefox102",
					"safari15.4"],
		jsx: "automatic", jsxImportSource: "preact",
		entryNames: "[name]-[hash]", chunkNames: "part-[hash]",
		legalComments: "none", metafile: true, logLevel: "warning",
		charset: "utf8",
	});
	const made = {};
	for (const [file, output] of Object.entries(result.metafile.outputs))
		if (output.entryPoint)
			made[output.entryPoint] = "/assets/" + basename(file);
	return made;
}

function writeIndex(made, places) {
	let html = readFileSync(join(here, "src/index.html"), "utf8");
	for (const [name, value] of Object.entries({
		...places, main: made["src/main.tsx"],
		theme: made["src/theme.ts"], style: made["src/style/index.css"],
	}))
		html = html.replaceAll(`{{${name}}}`, value);
	const left = html.match(/{{\w+}}/);
	if (left)
		throw new Error(`index.html: nothing for ${left[0]}`);
	writeFileSync(join(dist, "index.html"), html);
}

function files(dir) {
	return readdirSync(dir).flatMap((name) => {
		const path = join(dir, name);
		return statSync(path).isDirectory() ? files(path) : [path];
	});
}

function compress() {
	let script = 0, all = 0;
	for (const path of files(dist)) {
		const packed = gzipSync(readFileSync(path), { level: 9 });
		writeFileSync(path + ".gz", packed);
		all += packed.length;
		if (path.endsWith(".js"))
			script += packed.length;
	}
	const kb = (bytes) => (bytes / 1000).toFixed(1) + " kB";
	console.log(`dashboard: script ${kb(script)}, everything ${kb(all)}` +
		" (gzip)");
	if (script > SCRIPT_MAX)
		throw new Error(`more than ${kb(SCRIPT_MAX)} of script`);
}

async function build(cat) {
	mkdirSync(assets, { recursive: true });
	const places = {};
	for (const language of languages)
		places["words_" + language] = asset(`words-${language}.json`,
			JSON.stringify(words(cat, language)));
	const pages = help(join(here, "../docs/help"), languages);
	for (const language of languages)
		places["help_" + language] = asset(`help-${language}.json`,
			JSON.stringify(pages[language]));
	places.world = asset("world.json", readFileSync(join(here,
		"node_modules/world-atlas/countries-110m.json")));
	places.icon = asset("icon.svg",
		readFileSync(join(here, "src/icon.svg")));
	writeIndex(await bundle(), places);
	cpSync(join(here, "src/robots.txt"), join(dist, "robots.txt"));
	compress();
	rmSync(done, { recursive: true, force: true });
	renameSync(dist, done);
}

const cat = catalogue();
if (!cat)
	process.exit(1);
writeKeys(cat);
if (process.argv.includes("--words-only"))
	process.exit(0);
try {
	await build(cat);
} finally {
	rmSync(dist, { recursive: true, force: true });
}
const mock = process.argv.indexOf("--mock");
if (mock > 0) {
	const { serve } = await import("./mock/server.mjs");
	serve(done, Number(process.argv[mock + 1] ?? 8099));
}
