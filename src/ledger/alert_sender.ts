import { type Fetch, type Json, type Ports, redact } from "../core/mod.ts";
import { alertKey } from "./ledger_keys.ts";

export interface Alert {
  readonly type: "pool-exhausted" | "pool-recovered" | "key-dead" | "cap-warning" | "cap-exceeded" | "test";
  /** The subject: a model, a key's name, a cap. The same type and subject is sent once in `quietMs`. */
  readonly subject: string;
  readonly message: string;
  readonly data?: Json;
}

export interface AlertDeps {
  readonly kv: Deno.Kv;
  readonly ports: Ports;
  /** The current webhook; undefined for none. */
  readonly url: () => string | undefined;
  /** Signs the body, so that the receiver knows who sent it. */
  readonly signingKey: string;
  readonly onProblem: (message: string) => void;
}

/** Time in which a repeated alert is not sent again. */
const QUIET_MS = 6 * 3_600_000;
const RETRY_MS = [1_000, 5_000, 30_000] as const;
const TIMEOUT_MS = 10_000;
/** How long a closing process waits for a webhook that is answering. */
const LAST_WAIT_MS = 2_000;

/** Posts alerts to the webhook: signed, retried, each once over all processes of the database. */
export class AlertSender {
  readonly #deps: AlertDeps;
  readonly #running = new Set<Promise<void>>();
  /** Aborted: no further try is made. */
  readonly #stop = new AbortController();
  /** Aborted: the running try is cancelled too. */
  readonly #abandon = new AbortController();

  constructor(deps: AlertDeps) {
    this.#deps = deps;
  }

  /** Claims an alert; false when any process has raised it recently. */
  async claim(alert: Alert): Promise<boolean> {
    if (alert.type === "test") return true;
    const key = alertKey(`${alert.type} ${alert.subject}`);
    const commit = this.#deps.kv.atomic().check({ key, versionstamp: null });
    return (await commit.set(key, true, { expireIn: QUIET_MS }).commit()).ok;
  }

  /** Allows an alert to be raised again, for example after its cause has ended. */
  async clear(type: Alert["type"], subject: string): Promise<boolean> {
    const key = alertKey(`${type} ${subject}`);
    const entry = await this.#deps.kv.get(key);
    if (entry.value === null) return false;
    return (await this.#deps.kv.atomic().check(entry).delete(key).commit()).ok;
  }

  /** Sends in the background. */
  send(alert: Alert): void {
    if (this.#deps.url() === undefined) return;
    const sending = this.deliver(alert)
      .then((failure) => failure === undefined ? undefined : this.#deps.onProblem(failure))
      .finally(() => this.#running.delete(sending));
    this.#running.add(sending);
  }

  /** Sends with retries; resolves with the last error as a sentence, or undefined. */
  async deliver(alert: Alert): Promise<string | undefined> {
    const url = this.#deps.url();
    if (url === undefined) return "No webhook is set: give ALERT_WEBHOOK_URL";
    const body = redact(
      JSON.stringify({ ...alert, at: new Date(this.#deps.ports.clock.now()).toISOString() }),
    );
    const signature = await sign(body, this.#deps.signingKey);
    const send = () => post(this.#deps.ports.fetch, url, body, signature, this.#abandon.signal);
    let problem = await send();
    for (const delay of RETRY_MS) {
      if (problem === undefined || this.#stop.signal.aborted) break;
      await this.#pause(delay);
      if (!this.#stop.signal.aborted) problem = await send();
    }
    return problem === undefined ? undefined : `The alert webhook did not take an alert: ${problem}`;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const cancel = this.#deps.ports.clock.after(LAST_WAIT_MS, () => this.#abandon.abort());
    await Promise.allSettled(this.#running);
    cancel();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.ports.clock.after(ms, resolve);
      this.#stop.signal.addEventListener("abort", () => (cancel(), resolve()), { once: true });
    });
  }
}

async function post(
  fetch: Fetch,
  url: string,
  body: string,
  signature: string,
  stop: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-geminitro-signature": `sha256=${signature}` },
      body,
      redirect: "error",
      signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `it answered ${response.status}`;
  } catch (error) {
    return redact(error instanceof Error ? error.name : "it could not be reached");
  }
}

/** HMAC-SHA-256 of the body in hexadecimal. */
export async function sign(body: string, key: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(body))).toHex();
}
