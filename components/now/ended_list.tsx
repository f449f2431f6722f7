import type { LocalClient } from "../../src/management/client.ts";
import { readRequests } from "../shared/calls/read_calls.ts";
import { callReasons } from "../shared/calls/words.ts";
import { duration } from "../shared/format.ts";
import { Card } from "../shared/ui/card.tsx";
import { Ago } from "../shared/ui/figure.tsx";
import { OutcomeChip } from "../shared/ui/status_chip.tsx";
import type { CallRecord } from "../shared/views.ts";
import { text } from "../shared/words.ts";
import { nowText } from "./words.ts";

const words = nowText;
const MOST = 10;

/** The calls that ended last, the newest first. */
export async function readEndedCalls(client: LocalClient): Promise<readonly CallRecord[]> {
  return (await readRequests(client, { limit: MOST })).items;
}

function Row({ call }: { call: CallRecord }) {
  const tokens = call.usage?.totalTokens ?? 0;
  const why = call.outcome === "failed" || call.outcome === "refused" ? call.failure : undefined;
  return (
    <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 sm:px-5">
      <a class="min-w-0 font-medium break-words hover:underline" href={`/dashboard/requests?open=${call.id}`}>
        {call.agent || text.unknown}
      </a>
      <span class="min-w-0 break-words text-soft">
        {call.modelUsed ?? (call.modelAsked || call.operation)}
      </span>
      <OutcomeChip outcome={call.outcome} status={call.status} />
      {why !== undefined && <span class="text-xs text-mute">{callReasons[why] ?? why}</span>}
      <span class="num ms-auto text-xs text-mute">
        {tokens > 0 && `${words.tokens(tokens)} · `}
        {call.attempts.length > 1 && `${words.attempts(call.attempts.length)} · `}
        {duration(call.totalMs)} · <Ago at={call.at + call.totalMs} />
      </span>
    </li>
  );
}

/** What became of the calls that left the list above: the newest first, each with its record behind it. */
export function EndedList({ calls }: { calls: readonly CallRecord[] }) {
  if (calls.length === 0) return null;
  return (
    <Card
      title={words.ended}
      note={words.endedNote(calls.length)}
      action={<a class="btn btn-quiet btn-small" href="/dashboard/requests">{text.nav.requests}</a>}
      flush
    >
      <ul class="divide-y divide-line">{calls.map((call) => <Row key={call.id} call={call} />)}</ul>
    </Card>
  );
}
