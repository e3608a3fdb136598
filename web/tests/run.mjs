import { readdirSync } from "node:fs";
import { runAll } from "./harness.mjs";

for (const file of readdirSync(import.meta.dirname ??
	new URL(".", import.meta.url).pathname).sort())
	if (file.endsWith(".test.mjs"))
		await import("./" + file);
process.exit(await runAll());
