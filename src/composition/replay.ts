import { type CredentialId, isObject, ok, OWNER, parseForeign } from "../core/mod.ts";
import type { Outcome } from "../admin/mod.ts";
import type { AuthGate, ProxyApp } from "../http/mod.ts";
import type { ReplayPort } from "../management/mod.ts";
import { BODY_BYTES, BodyStore, type KeptBodies } from "../ledger/mod.ts";
import type { RunningServices } from "./running_services.ts";

/** Sends kept requests again through the client APIs, with the owner's rights and optionally on one key. */
export class Replays {
  readonly #services: RunningServices;
  /** Our own requests, which need no token, with the key that they must use. */
  readonly #own = new WeakMap<Request, { readonly pin?: CredentialId }>();

  constructor(services: RunningServices) {
    this.#services = services;
  }

  /** Wraps the gate so that it admits our own requests. */
  gate(gate: AuthGate): AuthGate {
    return {
      check: (request, target, peer) =>
        this.#own.has(request)
          ? ok({ id: OWNER, name: "owner", owner: true })
          : gate.check(request, target, peer),
    };
  }

  readonly pinOf = (request: Request): CredentialId | undefined => this.#own.get(request)?.pin;

  port(proxy: ProxyApp): ReplayPort {
    return async (id, { key, model }) => {
      const kept = await new BodyStore(this.#services.store).get(id);
      if (kept === undefined) return await this.#missing(id);
      if (!kept.request.whole) {
        return refused(
          409,
          "body_too_large",
          "Only the first 64 KiB of this request were kept: it cannot be sent again",
        );
      }
      const pin = key === undefined ? undefined : await this.#services.admin.keyId(key);
      if (pin?.ok === false) return pin;
      const changed = model === undefined ? kept : withModel(kept, model);
      if (changed === undefined) {
        return refused(409, "model_fixed", "This kind of request names no model that could be replaced");
      }
      return ok(await this.#send(proxy, changed, pin?.value));
    };
  }

  async #send(
    proxy: ProxyApp,
    { path, request }: KeptBodies,
    pin: CredentialId | undefined,
  ) {
    const sent = new Request(`http://127.0.0.1:${this.#services.settings.port}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "geminitro-replay/1" },
      body: request.text,
    });
    this.#own.set(sent, pin === undefined ? {} : { pin });
    const response = await proxy.fetch(sent, { peer: "" });
    const text = await response.text();
    return {
      id: response.headers.get("x-request-id"),
      status: response.status,
      contentType: response.headers.get("content-type"),
      body: text.slice(0, BODY_BYTES),
      whole: text.length <= BODY_BYTES,
    };
  }

  async #missing(id: string): Promise<Outcome<never>> {
    const known = await this.#services.admin.request(id);
    if (!known.ok) return known;
    const why = this.#services.settings.logBodies
      ? "The body of this request was not kept: it is older than three days or was no JSON"
      : "Bodies are not kept: set LOG_BODIES=true to send later requests again";
    return refused(409, "body_not_kept", why);
  }
}

/** The request with another model; undefined when it does not name one. */
function withModel(kept: KeptBodies, model: string): KeptBodies | undefined {
  const native = kept.path.replace(/\/models\/[^/:?]+:/, `/models/${encodeURIComponent(model)}:`);
  if (native !== kept.path) return { ...kept, path: native };
  const body: unknown = parsed(kept.request.text);
  if (!isObject(body) || typeof body["model"] !== "string") return undefined;
  return { ...kept, request: { text: JSON.stringify({ ...body, model }), whole: true } };
}

function parsed(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    return undefined;
  }
}

function refused(status: 409, code: string, message: string): Outcome<never> {
  return { ok: false, error: { status, code, message } };
}
