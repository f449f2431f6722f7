import type { CallRecord } from "../shared/views.ts";
import { clockTime, duration, recordedKey, shortNumber } from "../shared/format.ts";
import { text } from "../shared/words.ts";
import { requestsText } from "./words.ts";
import { OutcomeChip } from "../shared/ui/status_chip.tsx";
import { callReasons } from "../shared/calls/words.ts";

const words = requestsText;
/** The parts of a call's time, with the colour of each. */
const PHASES = [
  ["waited", "fill-warn-fill", "bg-warn-fill"],
  ["first", "fill-accent", "bg-accent"],
  ["rest", "fill-good-fill", "bg-good-fill"],
] as const;

function Row(
  { call, longest, onOpen }: { call: CallRecord; longest: number; onOpen: (id: string) => void },
) {
  const keys = [...new Set(call.attempts.map(({ name }) => recordedKey(name)))].join(" → ");
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
        <span class="flex flex-wrap items-center gap-x-2">
          <OutcomeChip outcome={call.outcome} status={call.status} />
          {call.outcome !== "ok" && call.outcome !== "cancelled" && call.failure && (
            <span class="text-xs text-mute">{callReasons[call.failure] ?? call.failure}</span>
          )}
        </span>
      </td>
      <td class="max-sm:w-2/5 max-sm:text-xs max-sm:[overflow-wrap:anywhere] sm:max-w-44 sm:truncate">
        {call.modelUsed ?? (call.modelAsked || call.operation)}
      </td>
      <td class="hidden max-w-40 truncate md:table-cell">{call.agent || text.unknown}</td>
      <td class="hidden max-w-32 truncate 2xl:table-cell">{call.client || text.unknown}</td>
      <td class="hidden max-w-40 truncate lg:table-cell" title={keys}>{keys || "–"}</td>
      <td class="end hidden sm:table-cell">{call.attempts.length}</td>
      <td class="end hidden sm:table-cell">{shortNumber(call.usage?.totalTokens ?? 0)}</td>
      <td class="end hidden whitespace-nowrap 2xl:table-cell">
        {call.firstTokenMs === undefined ? "–" : duration(call.firstTokenMs)}
      </td>
      <td class="hidden lg:table-cell">
        {call.attempts.length === 0 ? "–" : <Phases call={call} longest={longest} />}
      </td>
      <td class="end whitespace-nowrap">{duration(call.totalMs)}</td>
    </tr>
  );
}

/** Waited, first token, rest: where the time of a call went, as shares of the longest call of the list. */
function Phases({ call, longest }: { call: CallRecord; longest: number }) {
  const waited = Math.min(call.totalMs, call.queuedMs);
  const first = Math.max(0, Math.min(call.totalMs, call.firstTokenMs ?? call.totalMs) - waited);
  const rest = Math.max(0, call.totalMs - waited - first);
  const label = words.phasesOf(duration(waited), duration(first), duration(rest));
  const at = (ms: number) => ms / Math.max(1, longest) * 100;
  const spans = { waited: [0, waited], first: [waited, first], rest: [waited + first, rest] } as const;
  return (
    <svg class="block h-2 w-24 rounded-full bg-sunken" role="img" aria-label={label}>
      <title>{label}</title>
      {PHASES.map(([name, fill]) => {
        const [from, ms] = spans[name];
        return ms > 0 && (
          <rect key={name} x={`${at(from)}%`} width={`${at(ms)}%`} height="100%" class={fill} />
        );
      })}
    </svg>
  );
}

/** What the colours of the bars mean. */
function PhaseLegend() {
  return (
    <p class="hidden justify-end gap-x-3 px-5 pt-2 text-xs text-mute lg:flex">
      {words.phases}:
      {PHASES.map(([name, , dot]) => (
        <span key={name} class="inline-flex items-center gap-1">
          <span class={`size-2 rounded-sm ${dot}`} aria-hidden="true" />
          {words.phaseNames[name]}
        </span>
      ))}
    </p>
  );
}

/** Calls by their end, the last one first. */
export function RequestTable(
  { calls, onOpen }: { calls: readonly CallRecord[]; onOpen: (id: string) => void },
) {
  const longest = Math.max(...calls.map((call) => call.totalMs));
  return (
    <div class="card overflow-x-auto" tabIndex={0} role="region" aria-label={words.title}>
      <PhaseLegend />
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.answer}</th>
            <th scope="col">{words.model}</th>
            <th scope="col" class="hidden md:table-cell">{words.agent}</th>
            <th scope="col" class="hidden 2xl:table-cell">{words.clientColumn}</th>
            <th scope="col" class="hidden lg:table-cell">{words.key}</th>
            <th scope="col" class="end hidden sm:table-cell">{words.attempts}</th>
            <th scope="col" class="end hidden sm:table-cell">{words.tokens}</th>
            <th scope="col" class="end hidden 2xl:table-cell">{words.first}</th>
            <th scope="col" class="hidden lg:table-cell">{words.phases}</th>
            <th scope="col" class="end">{words.total}</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => <Row key={call.id} call={call} longest={longest} onOpen={onOpen} />)}
        </tbody>
      </table>
    </div>
  );
}
