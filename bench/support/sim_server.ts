/** The simulator with a fixed reply and neither quota nor judgement, so that it costs as little as it can. */
import { serveSimulator } from "../../src/sim/mod.ts";

const chunks = Number(Deno.args[0] ?? 20);
const simulator = serveSimulator({ benchmark: { chunks }, validate: false, quota: false, logLimit: 0 });
console.log(simulator.url);
