import assert from "node:assert/strict";
import { ServedProcess } from "../support/served_process.ts";

const MB = 1024 * 1024;
const AGENTS = 20;
/** Twenty at once took 707 MB before bodies waited for each other, and 355 MB since (measured). */
const MOST_MB = 520;

async function peakMb(pid: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+)/.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1]) / 1024;
}

Deno.test({
  name: "twenty agents with turns of 2 MB at once wait for each other instead of taking all of the memory",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using served = await ServedProcess.open({ env: { MAX_CONCURRENT_REQUESTS_PER_KEY: "20" } });
    const content = "x ".repeat(MB);
    const body = JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content }] });
    const headers = {
      authorization: "Bearer geminitro",
      "content-type": "application/json",
      connection: "close",
    };
    const statuses = await Promise.all(Array.from({ length: AGENTS }, async () => {
      const response = await fetch(`${served.url}/v1/chat/completions`, { method: "POST", headers, body });
      await response.text();
      return response.status;
    }));
    assert.deepEqual([...new Set(statuses)], [200]);
    const peak = await peakMb(served.pid);
    assert.ok(peak < MOST_MB, `${Math.round(peak)} MB`);
  },
});
