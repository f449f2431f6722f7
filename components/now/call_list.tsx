import type { LocalClient } from "../../src/management/client.ts";
import type { Call as LiveCall, CallDetail as LiveCallView } from "../../src/management/contract.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { countdown, recordedKey } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { useNow } from "../shared/live/now.ts";
import { text } from "../shared/words.ts";
import { Countdown } from "../shared/ui/figure.tsx";
import { nowText } from "./words.ts";

/** Calls in flight and waiting, the oldest first. */
export async function readLiveCalls(client: LocalClient): Promise<readonly LiveCall[]> {
  return (await client.calls()).items;
}

const words = nowText;
const AGAIN_MS = 2_000;
const TONES: Readonly<Record<string, string>> = {
  waiting: "chip-warn",
  retrying: "chip-warn",
  streaming: "chip-good",
};

/** What the call is doing, in words. */
function doing(call: LiveCall): string {
  const parts = [words.states[call.state] ?? call.state];
  if (call.attempts > 1) parts.push(words.retry(call.attempts - 1));
  if (call.outputTokens !== null && call.outputTokens > 0) parts.push(words.tokens(call.outputTokens));
  return parts.join(", ");
}

/** Why a waiting call is not sent: asked again while it is open, since keys come and go. */
function Refusals({ id }: { id: string }) {
  const call = useSignal<LiveCallView | undefined>(undefined);
  const problem = useSignal("");
  useEffect(() => {
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        call.value = await api.call(id);
      } catch (error) {
        problem.value = messageOf(error);
        return;
      }
      if (!ended) timer = setTimeout(read, AGAIN_MS);
    };
    void read();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [id]);
  if (problem.value !== "") return <p class="text-mute">{problem.value}</p>;
  if (call.value === undefined) return <p class="text-mute">…</p>;
  if (call.value.refusals.length === 0) return <p class="text-mute">{words.noRefusals}</p>;
  return (
    <ul class="grid gap-1" aria-label={words.refusals}>
      {call.value.refusals.map(({ key, name, reason, until }, index) => (
        <li key={`${key}-${index}`} class="flex flex-wrap gap-x-3">
          <span class="font-medium">{name === null ? words.anyKey : recordedKey(name)}</span>
          <span class="text-mute">{words.reasons[reason] ?? reason}</span>
          {until !== null && <Countdown until={Date.parse(until)} />}
        </li>
      ))}
    </ul>
  );
}

function Row({ call, onCancel }: {
  call: LiveCall;
  onCancel: (call: LiveCall) => void;
}) {
  const now = useNow();
  const why = useSignal(false);
  const agent = call.agent || text.unknown;
  return (
    <li class="grid gap-1.5 px-4 py-3 sm:px-5" data-call={call.id}>
      <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span class="min-w-0 font-medium break-words">{agent}</span>
        <span class="min-w-0 break-words text-soft">{call.modelUsed ?? call.model}</span>
        <span class={`chip ${TONES[call.state] ?? "chip-accent"}`}>{doing(call)}</span>
        {call.key !== null && <span class="text-mute">{recordedKey(call.key)}</span>}
        <span class="num ms-auto text-mute">{countdown(Math.max(0, now - Date.parse(call.at)))}</span>
        {call.waiting !== null && (
          <button
            type="button"
            class="btn btn-small"
            aria-expanded={why.value}
            aria-label={words.whyNotOf(agent, call.model)}
            onClick={() => why.value = !why.value}
          >
            {words.whyNot}
          </button>
        )}
        <button
          type="button"
          class="btn btn-small btn-danger"
          aria-label={words.cancelOf(agent, call.model)}
          onClick={() => onCancel(call)}
        >
          {words.cancel}
        </button>
      </div>
      {call.waiting !== null && <p class="text-mute">{call.waiting.message}.</p>}
      {why.value && call.waiting !== null && <Refusals id={call.id} />}
    </li>
  );
}

/** The calls, oldest first, so that no row moves while one reads it. */
export function CallList({ calls, onCancel }: {
  calls: readonly LiveCall[];
  onCancel: (call: LiveCall) => void;
}) {
  return (
    <section class="card" aria-label={words.list}>
      <ul class="divide-y divide-line">
        {calls.map((call) => <Row key={call.id} call={call} onCancel={onCancel} />)}
      </ul>
    </section>
  );
}
