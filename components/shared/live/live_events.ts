import { signal } from "@preact/signals";
import type { LiveEventName } from "../../../src/ledger/contract.ts";
import { goToLogin, isRenewing } from "./browser_api.ts";

export type Connection = "connecting" | "live" | "lost" | "paused";
/** `stale`: events did not reach this page, while the connection was lost or as they were too many. */
export type PageEventName = Exclude<LiveEventName, "missed"> | "stale";
type Listener = (data: unknown) => void;

const NAMES: readonly Exclude<PageEventName, "stale">[] = [
  "stats_update",
  "stats_update_full",
  "traffic_update",
  "log",
  "usage:cap-warning",
  "usage:cap-exceeded",
  "usage:cap-updated",
  "pool_update",
  "request",
  "alert",
];
const HIDDEN_MS = 60_000;

/** Whether what the page shows is live. One stream serves every island of the page. */
export const connection = signal<Connection>("connecting");

const listeners = new Map<PageEventName, Set<Listener>>();
let source: EventSource | undefined;
let wasLost = false;
let attempts = 0;
let hiddenTimer: ReturnType<typeof setTimeout> | undefined;

function notify(name: PageEventName, data: unknown): void {
  for (const listener of listeners.get(name) ?? []) listener(data);
}

function onOpen(): void {
  connection.value = "live";
  attempts = 0;
  if (wasLost) notify("stale", undefined);
  wasLost = false;
}

/** The browser retries a broken stream by itself, but not one that was answered with an error. */
async function onError(): Promise<void> {
  connection.value = "lost";
  wasLost = true;
  if (source?.readyState !== EventSource.CLOSED) return;
  source = undefined;
  const status = await fetch("/api/keys/safe", { method: "HEAD" }).then((answer) => answer.status, () => 0);
  if (status === 401 && !isRenewing()) return goToLogin();
  setTimeout(connect, Math.min(10_000, 500 * 2 ** attempts++));
}

function connect(): void {
  if (source !== undefined || document.hidden) return;
  source = new EventSource("/api/events");
  source.onopen = onOpen;
  source.onerror = () => void onError();
  source.addEventListener("missed", () => notify("stale", undefined));
  for (const name of NAMES) {
    source.addEventListener(name, (event) => notify(name, parse((event as MessageEvent<string>).data)));
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** A tab that nobody looks at gives its connection back after a minute: a browser has six for one server. */
function onVisibility(): void {
  clearTimeout(hiddenTimer);
  if (!document.hidden) return connect();
  hiddenTimer = setTimeout(() => {
    source?.close();
    source = undefined;
    wasLost = true;
    connection.value = "paused";
  }, HIDDEN_MS);
}

/** Calls `listener` with the data of each event of this name; returns the way to stop. Opens the stream if needed. */
export function listen(name: PageEventName, listener: Listener): () => void {
  if (listeners.size === 0) {
    document.addEventListener("visibilitychange", onVisibility);
    addEventListener("pagehide", () => source?.close());
    connect();
  }
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(listener));
  return () => void set.delete(listener);
}
