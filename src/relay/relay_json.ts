import { err, type Failure, isObject, ok, type Result } from "../core/mod.ts";
import type { LeaseRequest } from "../pool/contract.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { RelayDeps } from "./deps.ts";
import { unreadableFailure } from "./failures.ts";
import { hiddenFailure } from "./inspect_first_chunk.ts";
import type { Repairs } from "./repair_memory.ts";
import { type Attempt, runAttempts } from "./run_attempts.ts";
import { send } from "./send.ts";
import { type CallTrace, settleOnce } from "./trace.ts";
import { unwrappedValue } from "./unwrapped_reply.ts";

/** A call whose answer is one JSON value: token counts, embeddings, a picture. */
export interface JsonCall {
  readonly leaseRequest: Omit<LeaseRequest, "tried">;
  readonly trace: CallTrace;
  readonly client: ClientWatch;
  readonly build: (attempt: Attempt) => UpstreamRequest;
  readonly repairs?: Repairs;
  /** Returns a failure for a parsed reply that lacks the requested content, so that the call is retried. */
  readonly judge?: (value: unknown) => Failure | undefined;
}

/** Tries keys until one answers; returns the parsed reply, out of its envelope. */
export async function relayJson(deps: RelayDeps, call: JsonCall): Promise<Result<unknown, Failure>> {
  const served = await runAttempts(deps, call, async (attempt): Promise<Result<unknown, Failure>> => {
    const { model, operation } = call.leaseRequest;
    const request = call.build(attempt);
    call.trace.warn(request.warnings);
    const reply = await send(deps, attempt, request, { stream: false, model, operation });
    if (!reply.ok) return reply;
    const { value: open } = reply;
    try {
      const value = await unwrappedValue(open, attempt.upstream.unwrap, deps.settings.maxReplyBytes);
      const hidden = isObject(value) && isObject(value["error"]) ? value["error"] : undefined;
      if (hidden !== undefined) return err(hiddenFailure(deps, attempt, hidden, call.leaseRequest));
      const lacking = call.judge?.(value);
      return lacking === undefined ? ok(value) : err(lacking);
    } catch (cause) {
      return {
        ok: false,
        error: cause instanceof SyntaxError ? unreadableFailure("no JSON") : open.readFailure(cause),
      };
    } finally {
      open.release();
    }
  });
  if (!served.ok) return served;
  settleOnce(call.trace, served.value)();
  return ok(served.value.value);
}
