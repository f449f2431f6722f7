import type { CallRecord } from "../data/views.ts";
import { clockTime, duration, shortNumber } from "../format.ts";
import { text } from "../text/shell.ts";
import { requestsText } from "../text/requests.ts";
import { OutcomeChip } from "../ui/status_chip.tsx";

const words = requestsText;

function Row({ call, onOpen }: { call: CallRecord; onOpen: (id: string) => void }) {
  const last = call.attempts.at(-1);
  const ended = call.at + call.totalMs;
  const show = () => {
    // Whoever marks text of a row wants to copy it.
    if (String(getSelection()) === "") onOpen(call.id);
  };
  return (
    <tr class="cursor-pointer hover:bg-sunken/40" onClick={show}>
      <td class="whitespace-nowrap">
        <button
          type="button"
          class="num hover:underline"
          aria-label={`${clockTime(ended)}, ${words.details(call.id)}`}
        >
          {clockTime(ended)}
        </button>
      </td>
      <td>
        <OutcomeChip outcome={call.outcome} status={call.status} />
      </td>
      <td class="max-w-24 truncate sm:max-w-52">{call.modelUsed ?? (call.modelAsked || call.operation)}</td>
      <td class="hidden max-w-40 truncate md:table-cell">{call.agent || text.unknown}</td>
      <td class="hidden max-w-40 truncate lg:table-cell">{last?.name ?? "–"}</td>
      <td class="end hidden sm:table-cell">{call.attempts.length}</td>
      <td class="end hidden sm:table-cell">{shortNumber(call.usage?.totalTokens ?? 0)}</td>
      <td class="end hidden whitespace-nowrap xl:table-cell">
        {call.firstTokenMs === undefined ? "–" : duration(call.firstTokenMs)}
      </td>
      <td class="end whitespace-nowrap">{duration(call.totalMs)}</td>
    </tr>
  );
}

/** Calls by their end, the last one first. */
export function RequestTable(
  { calls, onOpen }: { calls: readonly CallRecord[]; onOpen: (id: string) => void },
) {
  return (
    <div class="card overflow-x-auto" tabIndex={0} role="region" aria-label={words.title}>
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.answer}</th>
            <th scope="col">{words.model}</th>
            <th scope="col" class="hidden md:table-cell">{words.agent}</th>
            <th scope="col" class="hidden lg:table-cell">{words.key}</th>
            <th scope="col" class="end hidden sm:table-cell">{words.attempts}</th>
            <th scope="col" class="end hidden sm:table-cell">{words.tokens}</th>
            <th scope="col" class="end hidden xl:table-cell">{words.first}</th>
            <th scope="col" class="end">{words.total}</th>
          </tr>
        </thead>
        <tbody>{calls.map((call) => <Row key={call.id} call={call} onOpen={onOpen} />)}</tbody>
      </table>
    </div>
  );
}
