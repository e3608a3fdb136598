import { runAll } from "../harness.mjs";
import "./steps.test.mjs";
import "./everywhere.test.mjs";

process.exit(await runAll());
