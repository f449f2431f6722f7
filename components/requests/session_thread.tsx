import { queryOf, readRequests } from "../shared/calls/read_calls.ts";
import type { CallRecord } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clockTime, duration, shortNumber } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { requestsText } from "./words.ts";
import { Problem } from "../shared/ui/card.tsx";
import { OutcomeChip } from "../shared/ui/status_chip.tsx";
import { requestsHref } from "../shared/requests/request_query.ts";

const words = requestsText;
const MOST = 20;
/** A conversation is looked for in this time around the call; further ones are behind the link. */
const AROUND_MS = 86_400_000;

/** The calls of one conversation in their order; each opens in place of the one that is shown. */
export function SessionThread({ call, onShow }: { call: CallRecord; onShow: (id: string) => void }) {
  const calls = useSignal<readonly CallRecord[]>([]);
  const problem = useSignal("");
  useEffect(() => {
    let left = false;
    const query = new URLSearchParams({
      session: call.session,
      since: String(call.at - AROUND_MS),
      until: String(call.at + AROUND_MS),
      limit: String(MOST),
    });
    readRequests(api, queryOf(String(query))).then(
      ({ items }) => left || (calls.value = items.toReversed()),
      (error) => left || (problem.value = messageOf(error)),
    );
    return () => left = true;
  }, [call.session, call.id]);
  if (problem.value !== "") return <Problem>{problem.value}</Problem>;
  return (
    <>
      {calls.value.length < 2 ? <p class="text-mute">{words.threadNone}</p> : (
        <ol class="grid gap-1">
          {calls.value.map((one) => (
            <li key={one.id} class="flex flex-wrap items-center gap-x-3">
              <button
                type="button"
                class="num hover:underline aria-[current=true]:font-semibold"
                aria-current={one.id === call.id}
                aria-label={`${clockTime(one.at)}, ${words.details(one.id)}`}
                onClick={() => onShow(one.id)}
              >
                {clockTime(one.at)}
              </button>
              <OutcomeChip outcome={one.outcome} status={one.status} />
              <span class="min-w-0 truncate">{one.modelUsed ?? one.modelAsked}</span>
              {one.id === call.id && <span class="text-xs text-mute">{words.threadThis}</span>}
              <span class="num ms-auto text-mute">
                {shortNumber(one.usage?.totalTokens ?? 0)} {words.totals.tokens}, {duration(one.totalMs)}
              </span>
            </li>
          ))}
        </ol>
      )}
      <a class="underline" href={requestsHref({ session: call.session })}>{words.threadAll}</a>
    </>
  );
}
