/* The one way to the server. Reading is remembered for a while so that Back
 * shows at once what was there; writing sends the session's CSRF token. */
import type { Problem, Session } from "./types";
import { store } from "../state/store";

export type Params = URLSearchParams | Record<string, string | number |
	boolean | null | undefined | readonly string[]>;

/* An answer that is no success: a code of the catalogue, never a text. */
export class ApiProblem extends Error {
	constructor(readonly status: number, readonly code: string,
		    readonly detail: string | null) {
		super(code);
	}
}

export const session = store<Session | null>(null);

export function apiUrl(path: string, params?: Params): string {
	const all = new URLSearchParams();

	if (params instanceof URLSearchParams)
		params.forEach((value, name) => all.append(name, value));
	else
		for (const [name, value] of Object.entries(params ?? {})) {
			if (Array.isArray(value))
				value.forEach((one) => all.append(name, one));
			else if (value !== null && value !== undefined)
				all.append(name, String(value));
		}
	const text = all.toString();
	return "/api/v1" + path + (text ? "?" + text : "");
}

async function problem(response: Response): Promise<ApiProblem> {
	try {
		const told = await response.json() as Problem;
		return new ApiProblem(response.status, told.code, told.detail);
	} catch {
		return new ApiProblem(response.status, "", null);
	}
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
	let response: Response;

	try {
		response = await fetch(url, { credentials: "same-origin",
					      ...init });
	} catch (why) {
		if ((why as Error).name === "AbortError")
			throw why;
		throw new ApiProblem(0, "", null);
	}
	if (!response.ok) {
		const why = await problem(response);
		if (why.status === 401 && session.get()?.user)
			session.set({ ...session.get()!, user: null,
				      csrf: null });
		throw why;
	}
	if (response.status === 204)
		return undefined as T;
	return await response.json() as T;
}

/* ---- reading ---- */

interface Answer { at: number; value: unknown }
const answers = new Map<string, Answer>();
const ANSWERS_MAX = 80;
const FRESH = 3_000; // ms in which the same question is not asked twice

export function remembered<T>(url: string): { value: T; fresh: boolean } |
	null {
	const answer = answers.get(url);

	return answer ? { value: answer.value as T,
			  fresh: Date.now() - answer.at < FRESH } : null;
}

export async function read<T>(url: string, signal?: AbortSignal): Promise<T> {
	const value = await ask<T>(url, { signal: signal ?? null,
		headers: { Accept: "application/json" } });

	answers.delete(url);
	answers.set(url, { at: Date.now(), value });
	for (const old of answers.keys()) {
		if (answers.size <= ANSWERS_MAX)
			break;
		answers.delete(old);
	}
	return value;
}

/* Raised whenever something was written: questions on screen ask again. */
export const written = store(0);

export function forget(): void {
	answers.clear();
	written.set(written.get() + 1);
}

/* ---- writing ---- */

type Method = "POST" | "PUT" | "PATCH" | "DELETE";

function send<T>(method: Method, url: string, body: unknown,
		 signal?: AbortSignal): Promise<T> {
	const headers: Record<string, string> = { Accept: "application/json" };
	const csrf = session.get()?.csrf;

	if (csrf)
		headers["X-Waxseal-CSRF"] = csrf;
	if (body !== undefined)
		headers["Content-Type"] = body instanceof Blob ?
			"application/octet-stream" : "application/json";
	return ask<T>(url, { method, headers, signal: signal ?? null,
		body: body === undefined ? null : body instanceof Blob ? body :
			JSON.stringify(body) });
}

export async function write<T>(method: Method, path: string, body?: unknown,
			       params?: Params): Promise<T> {
	const value = await send<T>(method, apiUrl(path, params), body);
	forget();
	return value;
}

/* A question too long for an address, or a file: nothing changes by it. */
export function work<T>(path: string, body: unknown,
			signal?: AbortSignal): Promise<T> {
	return send<T>("POST", apiUrl(path), body, signal);
}

/* A report as it is, any packing; answers once it is safe. */
export async function upload<T>(file: File, key: string): Promise<T> {
	const value = await ask<T>(apiUrl("/reports"), { method: "POST",
		body: file, headers: {
			Accept: "application/json",
			"Content-Type": file.type || "application/octet-stream",
			"X-File-Name": encodeURIComponent(file.name),
			"Idempotency-Key": key,
			"X-Waxseal-CSRF": session.get()?.csrf ?? "",
		} });
	forget();
	return value;
}
