/**
 * The ledger with many call records in a file database: how long pages and charts take, how large the database and the
 * memory get. `deno run -A bench/ledger.ts [records]`, one million unless told otherwise. Ends with 1 when a limit is passed.
 */
import type { CallRecord, ClientId, CredentialId, FailureClass, RequestId } from "../src/core/mod.ts";
import { createLedger, type LedgerService } from "../src/ledger/mod.ts";
import { openStore } from "../src/store/mod.ts";

const RECORDS = Number(Deno.args[0] ?? 1_000_000);
const LIMIT_MS = 50;
const LIMIT_MEMORY = 200 * 1024 * 1024;
const DAYS = 30;
const START = Date.UTC(2026, 4, 1);
const STEP = Math.floor(DAYS * 86_400_000 / RECORDS);

let now = START;
let ids = 0;
const clock = { now: () => now, after: () => () => {} };
const ports = {
  clock,
  random: Math.random,
  newId: (prefix: string) => `${prefix}${String(++ids).padStart(12, "0")}${crypto.randomUUID().slice(0, 8)}`,
  fetch,
};

function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item;
}

const MODELS = ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite", "gemini-3-pro-preview"];
const AGENTS = ["opencode/1.2.0", "codex/0.40", "aider/0.86", "claude-cli/2.0.1", "continue/1.3"];
const FAILURES: readonly FailureClass[] = ["quota", "rate_limit", "overloaded", "credential_dead", "blocked"];

function record(index: number): CallRecord {
  const failed = index % 37 === 0;
  const key = (index * 7919) % 40;
  const model = index % 5_003 === 0 ? "rare-model" : pick(MODELS, index * 31);
  const failure = failed
    ? { failure: pick(FAILURES, index), message: `Key ${key} is out: try again later` }
    : {};
  return {
    id: ports.newId("req_") as RequestId,
    at: now,
    dialect: "openai_chat",
    operation: "generate",
    stream: index % 3 !== 0,
    modelAsked: model,
    modelUsed: model,
    client: (index % 11 === 0 ? "client_ci" : "owner") as ClientId,
    agent: pick(AGENTS, index * 17),
    session: `session_${index % 500}`,
    status: failed ? 429 : 200,
    outcome: failed ? "failed" : "ok",
    finish: "STOP",
    queuedMs: index % 9,
    firstTokenMs: 300 + index % 700,
    totalMs: 800 + (index * 13) % 9_000,
    requestBytes: 4_000 + index % 90_000,
    usage: {
      promptTokens: 1_000 + index % 30_000,
      cachedTokens: index % 900,
      candidatesTokens: index % 2_000,
      thoughtsTokens: index % 300,
      toolUseTokens: 0,
      totalTokens: 1_000 + index % 30_000 + index % 2_000 + index % 300,
    },
    warnings: [],
    attempts: [{
      credential: `cred_${key}` as CredentialId,
      source: "api_key",
      name: `...k${key}`,
      model,
      bucket: `project-${key % 12}|${model}`,
      startedAt: now,
      queuedMs: 0,
      connectMs: 200 + index % 90,
      totalMs: 800 + (index * 13) % 9_000,
      status: failed ? 429 : 200,
      note: "used longest ago of 40",
      ...failure,
    }],
    ...failure,
  };
}

async function fill(ledger: LedgerService): Promise<void> {
  for (let index = 0; index < RECORDS; index++) {
    now += STEP;
    ledger.record(record(index));
    if (index % 1_000 === 999) await ledger.flush();
    if (index % 20_000 !== 19_999) continue;
    // The hourly jobs.
    await ledger.seal(1_024);
    await ledger.sweep();
  }
  await ledger.flush();
  now += 60_000;
  await ledger.seal(1_024);
}

interface Line {
  readonly name: string;
  readonly ms: number;
  readonly rows: number;
}

/** The median of five; the first one, which warms the cache of the database, counts too. */
async function time(name: string, work: () => Promise<number>): Promise<Line> {
  const times: number[] = [];
  let rows = 0;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    rows = await work();
    times.push(performance.now() - start);
  }
  return { name, ms: times.sort((a, b) => a - b)[2] ?? 0, rows };
}

async function ask(ledger: LedgerService): Promise<readonly Line[]> {
  const page = (filter: Parameters<LedgerService["requests"]>[0]) => async () =>
    (await ledger.requests(filter, { limit: 50 })).items.length;
  const range = { from: now - DAYS * 86_400_000, to: now };
  const first = await ledger.requests({ until: START + STEP * 10 }, { limit: 5 });
  const oldest = first.items[0]?.id ?? "";
  return [
    await time("the newest page", page({})),
    await time("filter: model and class", page({ model: "gemini-2.5-pro", class: "quota" })),
    await time("filter: a rare model", page({ model: "rare-model" })),
    await time("filter: client, key and status", page({ client: "client_ci", key: "cred_7", status: "4xx" })),
    await time("filter: text of an error", page({ text: "key 39 is out" })),
    await time("filter: nothing matches", page({ model: "no-such-model" })),
    await time(
      "filter: a day three weeks ago",
      page({ since: START + 8 * 86_400_000, until: START + 9 * 86_400_000 }),
    ),
    await time("the oldest record by its id", async () => await ledger.request(oldest) === undefined ? 0 : 1),
    await time(
      "30 days by day and model",
      async () => (await ledger.series({ ...range, grain: "day", dim: "model" })).length,
    ),
    await time(
      "30 days by hour",
      async () => (await ledger.series({ ...range, grain: "hour", dim: "total" })).length,
    ),
  ];
}

const folder = await Deno.makeTempDir({ prefix: "geminitro-bench-" });
let failed = false;
try {
  const store = await openStore({ path: `${folder}/ledger.sqlite3`, home: folder, ...ports });
  const ledger = createLedger({
    store,
    settings: { logLevel: "error", logFormat: "human", historyRetentionDays: 400, proxyApiKey: "bench" },
    ports,
  });
  const began = performance.now();
  await fill(ledger);
  const seconds = (performance.now() - began) / 1_000;
  const lines = await ask(ledger);
  const memory = Deno.memoryUsage().rss;
  await ledger.close();
  await store.close();
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) bytes += (await Deno.stat(`${folder}/${entry.name}`)).size;
  console.log(
    `${RECORDS} records written in ${seconds.toFixed(1)} s: ${Math.round(RECORDS / seconds)} a second`,
  );
  console.log(
    `database: ${Math.round(bytes / RECORDS)} bytes a record; memory: ${Math.round(memory / 1e6)} MB`,
  );
  for (const { name, ms, rows } of lines) {
    const slow = ms > LIMIT_MS;
    failed ||= slow;
    console.log(
      `${ms.toFixed(1).padStart(8)} ms  ${String(rows).padStart(4)} rows  ${name}${slow ? "  TOO SLOW" : ""}`,
    );
  }
  failed ||= memory > LIMIT_MEMORY;
} finally {
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(failed ? 1 : 0);
