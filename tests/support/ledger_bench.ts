import type { CallRecord, ClientId, CredentialId, Ports, RequestId } from "../../src/core/mod.ts";
import { createLedger, type LedgerService } from "../../src/ledger/mod.ts";
import { openStore } from "../../src/store/mod.ts";

/** A clock that tests move by hand. */
export function handClock(start: number) {
  let now = start;
  let timers: { at: number; task: () => void }[] = [];
  return {
    now: () => now,
    after(ms: number, task: () => void) {
      const timer = { at: now + ms, task };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    move(ms: number) {
      now += ms;
      const due = timers.filter((timer) => timer.at <= now);
      timers = timers.filter((timer) => timer.at > now);
      for (const timer of due) timer.task();
    },
  };
}

export const START = Date.UTC(2026, 5, 1, 12);

/** A ledger on a database in memory, its time moved by hand. */
export async function withLedger(
  run: (
    ledger: LedgerService,
    clock: ReturnType<typeof handClock>,
    again: () => LedgerService,
  ) => Promise<void>,
  fetch: Ports["fetch"] = () => Promise.reject(new Error("No network")),
) {
  const clock = handClock(START);
  let ids = 0;
  const ports: Ports = {
    clock,
    random: () => 0.5,
    newId: (prefix) => `${prefix}${String(++ids).padStart(20, "0")}`,
    fetch,
  };
  using kv = await Deno.openKv(":memory:");
  const store = await openStore({ path: ":memory:", kv, ...ports, announce: false });
  const settings = {
    logLevel: "debug",
    logFormat: "human",
    historyRetentionDays: 90,
    proxyApiKey: "geminitro",
    alertWebhookUrl: "http://hook.test/",
  } as const;
  const make = () => createLedger({ store, settings, ports, print: () => {} });
  const ledger = make();
  try {
    await run(ledger, clock, make);
  } finally {
    await ledger.close();
    await store.close();
  }
}

/** A record of a call, the `number`th. */
export function call(number: number, more: Partial<CallRecord> = {}): CallRecord {
  return {
    id: `req_${number}` as RequestId,
    at: START + number,
    dialect: "openai_chat",
    operation: "generate",
    stream: false,
    modelAsked: "fast",
    modelUsed: number % 2 === 0 ? "gemini-2.5-flash" : "gemini-2.5-pro",
    client: "owner" as ClientId,
    agent: "opencode/1.0",
    session: "s",
    status: 200,
    outcome: "ok",
    queuedMs: 0,
    firstTokenMs: 100,
    totalMs: 400,
    requestBytes: 10,
    usage: {
      promptTokens: 1_000,
      cachedTokens: 0,
      candidatesTokens: 100,
      thoughtsTokens: 0,
      toolUseTokens: 0,
      totalTokens: 1_100,
    },
    warnings: [],
    attempts: [{
      credential: `cred_${number % 3}` as CredentialId,
      source: "api_key",
      name: `...key${number % 3}`,
      model: "gemini-2.5-flash",
      bucket: `b${number % 3}`,
      startedAt: START + number,
      queuedMs: 0,
      totalMs: 400,
      status: 200,
    }],
    ...more,
  };
}
