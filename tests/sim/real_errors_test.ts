import assert from "node:assert/strict";
import { createSimulator, type Simulator, type SimulatorControl } from "../../src/sim/mod.ts";

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? "../shared";
const FILE = `${SHARED}/errors/real_errors.json`;
const KEY = "AIzaSyREAL0000000000000000000000000000001";
const CALL = "/v1beta/models/gemini-2.5-flash:generateContent";
const STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";

interface RealError {
  readonly api: string;
  readonly category: string;
  readonly http_status: number;
  readonly body: unknown;
}

interface Scene {
  readonly arrange: (control: SimulatorControl) => void;
  readonly path?: string;
  readonly key?: string | null;
}

/** How to make the simulator say what Google said. */
const SCENES: Readonly<Record<string, Scene>> = {
  api_key_invalid: { arrange: (control) => control.key(KEY, "invalid") },
  api_key_invalid_array: { arrange: (control) => control.key(KEY, "invalid"), path: STREAM },
  api_key_not_found: { arrange: (control) => control.key(KEY, "deleted") },
  api_key_expired: { arrange: (control) => control.key(KEY, "expired") },
  consumer_suspended: { arrange: (control) => control.key(KEY, "suspended") },
  api_key_service_blocked: {
    arrange: (control) => control.key(KEY, "service_blocked"),
    path: `${STREAM}?alt=sse`,
  },
  no_key: { arrange: () => {}, key: null },
  region_limit_zero: { arrange: (control) => control.key(KEY, "region_limit_zero") },
};

/** Numbers, keys and texts that differ from call to call are masked; everything else must be equal. */
function masked(value: unknown): unknown {
  const text = JSON.stringify(value).replaceAll(KEY, "REDACTED").replace(/\d{6,}/g, "N");
  return JSON.parse(text);
}

function realErrors(): readonly RealError[] {
  try {
    const all = JSON.parse(Deno.readTextFileSync(FILE)) as readonly RealError[];
    return all.filter((entry) => entry.api === "gemini-api-key");
  } catch {
    console.log(`No recorded errors at ${FILE}; set GEMINITRO_SHARED to the folder that holds errors/.`);
    return [];
  }
}

function call(sim: Simulator, scene: Scene): Promise<Response> {
  const key = scene.key === undefined ? KEY : scene.key;
  return sim.fetch(
    new Request(`http://sim${scene.path ?? CALL}`, {
      method: "POST",
      headers: key === null ? {} : { "x-goog-api-key": key },
      body: JSON.stringify({ contents: [{ role: "user", parts: [{ text: "hi" }] }] }),
    }),
  );
}

for (const real of realErrors()) {
  const scene = SCENES[real.category];
  if (!scene) continue;
  Deno.test(`the simulator's ${real.category} is the recorded body`, async () => {
    const sim = createSimulator({ projects: [{ id: "p", keys: [KEY] }] });
    scene.arrange(sim.control);
    const response = await call(sim, scene);
    assert.equal(response.status, real.http_status);
    assert.deepEqual(masked(await response.json()), masked(real.body));
  });
}

Deno.test({
  name: "the simulator's 429 of a day has the recorded shape",
  ignore: realErrors().length === 0,
  async fn() {
    const limits = { "*": { rpd: 20 } };
    const sim = createSimulator({ projects: [{ id: "p", keys: [KEY], limits }], dayDelayMs: 58_821.668433 });
    sim.control.presetDay("p", "gemini-2.5-flash", 20);
    const { error } = await (await call(sim, { arrange: () => {} })).json();
    const real = realErrors().filter((entry) => entry.category === "per_day_requests").map((entry) =>
      (entry.body as { error: { message: string; details: { "@type": string }[] } }).error
    ).find((entry) => entry.message.includes("limit: 20"));
    assert.equal(error.message, real?.message);
    const byType = (details: readonly { "@type": string }[] | undefined, type: string) =>
      details?.find((detail) => detail["@type"].endsWith(type));
    for (const type of ["QuotaFailure", "Help"]) {
      assert.deepEqual(byType(error.details, type), byType(real?.details, type));
    }
  },
});
