/**
 * Google's and OpenAI's SDKs for Python, where a Python with both is at hand: GEMINITRO_PROJECT_PYTHON names one, else python3.
 * Make one with `python3 -m venv .venv && .venv/bin/pip install google-genai openai`.
 */
import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, TOKEN } from "./calls.ts";

const FOLDER = new URL("../python/", import.meta.url).pathname;
const PYTHON = Deno.env.get("GEMINITRO_PROJECT_PYTHON") ?? "python3";

async function run(args: readonly string[]): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const child = new Deno.Command(PYTHON, {
      args: [...args],
      env: { PYTHONUTF8: "1" },
      stdout: "piped",
      stderr: "piped",
    });
    const { success, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { ok: success, text: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch {
    return { ok: false, text: "there is no Python" };
  }
}

const there = await run(["-c", "import google.genai, openai"]);
if (!there.ok) console.log(`Skipping the SDKs for Python: ${PYTHON} has not both google-genai and openai`);

for (const suite of ["genai_suite.py", "openai_suite.py"]) {
  Deno.test(`Python: ${suite} runs whole against the proxy`, { ignore: !there.ok }, async () => {
    await using t = await proxyUnderTest();
    const ran = await run([FOLDER + suite, t.url, TOKEN]);
    assert.ok(ran.ok, ran.text.slice(-3000));
    assertIdle(t);
  });
}
