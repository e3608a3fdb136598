// The dashboard with made-up answers: for looking at pages without a server.
// Loopback only; sends the same Content-Security-Policy as the real one.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { answer } from "./answers.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".txt": "text/plain",
		".js": "text/javascript", ".css": "text/css",
		".json": "application/json", ".svg": "image/svg+xml" };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

async function body(request) {
	const parts = [];
	for await (const part of request)
		parts.push(part);
	return Buffer.concat(parts).toString();
}

async function api(request, response, url) {
	const text = await body(request);
	const isJson = request.headers["content-type"] === "application/json";
	const { status = 200, json } = answer(request.method,
		url.pathname.slice("/api/v1".length), url.searchParams,
		isJson && text ? JSON.parse(text) : text);

	response.writeHead(status, { "Content-Type": status < 400 ?
		"application/json" : "application/problem+json" });
	response.end(json === undefined ? "" : JSON.stringify(json));
}

function file(response, dist, url) {
	let path = join(dist, normalize(url.pathname));

	if (!path.startsWith(dist) || url.pathname === "/" ||
	    !existsSync(path)) {
		if (url.pathname.startsWith("/assets/")) {
			response.writeHead(404).end();
			return;
		}
		path = join(dist, "index.html");
	}
	response.writeHead(200, {
		"Content-Type": TYPES[extname(path)] ?? "text/plain",
		"Content-Security-Policy": CSP,
		"Referrer-Policy": "same-origin",
		"X-Content-Type-Options": "nosniff",
	});
	response.end(readFileSync(path));
}

export function serve(dist, port) {
	const server = createServer((request, response) => {
		const url = new URL(request.url, "http://mock");

		if (url.pathname.startsWith("/api/v1/"))
			api(request, response, url).catch((why) => {
				console.error(why);
				response.writeHead(500).end();
			});
		else
			file(response, dist, url);
	});
	server.listen(port, "127.0.0.1", () => console.log(
		`mock: http://127.0.0.1:${server.address().port}/`));
}
