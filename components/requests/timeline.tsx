import type { CallRecord } from "../shared/views.ts";
import { duration, recordedKey } from "../shared/format.ts";
import { requestsText } from "./words.ts";
import { callReasons } from "../shared/calls/words.ts";

type Attempt = CallRecord["attempts"][number];

const words = requestsText;

interface Part {
  readonly name: string;
  readonly from: number;
  readonly ms: number;
  readonly fill: string;
}

/** One attempt cut at its marks: the wait, the head of the reply, the first token, the rest. */
function parts(attempt: Attempt, start: number): readonly Part[] {
  const began = attempt.startedAt - start;
  const head = attempt.connectMs ?? attempt.totalMs;
  const first = Math.max(head, attempt.firstTokenMs ?? head);
  return [
    { name: words.queueBar, from: began - attempt.queuedMs, ms: attempt.queuedMs, fill: "fill-edge" },
    { name: words.connectBar, from: began, ms: head, fill: "fill-warn-fill" },
    { name: words.firstBar, from: began + head, ms: first - head, fill: "fill-accent" },
    {
      name: words.restBar,
      from: began + first,
      ms: Math.max(0, attempt.totalMs - first),
      fill: attempt.failure ? "fill-bad-fill" : "fill-good-fill",
    },
  ];
}

function Bars({ attempt, start, span }: { attempt: Attempt; start: number; span: number }) {
  const shown = parts(attempt, start).filter((part) => part.ms > 0);
  // An attempt that took no whole millisecond has no part to name.
  const label = shown.map((part) => `${part.name} ${duration(part.ms)}`).join(", ") ||
    duration(attempt.totalMs);
  return (
    <svg class="block h-2.5 w-full rounded bg-sunken" role="img" aria-label={label}>
      <title>{label}</title>
      {shown.map((part) => (
        <rect
          key={part.name}
          x={`${Math.max(0, part.from) / span * 100}%`}
          width={`${Math.max(0.4, part.ms / span * 100)}%`}
          height="100%"
          class={part.fill}
        />
      ))}
    </svg>
  );
}

/** Describes why this key was chosen, and its effect on the pool. */
function formatNote(note: string): string {
  return note.split("; ").map((part) => words.notes[part] ?? part).join("; ");
}

/** The legend of the bars' colours. */
function Legend({ call }: { call: CallRecord }) {
  const shown = new Set(
    call.attempts.flatMap((attempt) => parts(attempt, attempt.startedAt).filter(({ ms }) => ms > 0))
      .map(({ name, fill }) => `${fill} ${name}`),
  );
  return (
    <p class="flex flex-wrap gap-x-4 gap-y-1 text-xs text-mute" aria-hidden="true">
      {[...shown].map((one) => {
        const [fill = "", ...name] = one.split(" ");
        return (
          <span key={one} class="inline-flex items-center gap-1.5">
            <svg class="size-2">
              <rect width="100%" height="100%" rx="2" class={fill} />
            </svg>
            {name.join(" ")}
          </span>
        );
      })}
    </p>
  );
}

/** The attempts of a call on one axis of time, each with its decision and its end. */
export function Timeline({ call }: { call: CallRecord }) {
  if (call.attempts.length === 0) return <p class="text-mute">{words.noAttempts}</p>;
  const start = Math.min(call.at, ...call.attempts.map((attempt) => attempt.startedAt - attempt.queuedMs));
  const span = Math.max(
    1,
    call.totalMs,
    ...call.attempts.map((attempt) => attempt.startedAt - start + attempt.totalMs),
  );
  return (
    <div class="grid gap-3">
      <ol class="grid gap-4">
        {call.attempts.map((attempt, index) => (
          <li key={index} class="grid gap-1.5">
            <div class="flex flex-wrap items-baseline gap-x-3">
              <span class="font-medium">{index + 1}. {recordedKey(attempt.name)}</span>
              <span class="text-mute">{attempt.model}</span>
              <span class={`chip ms-auto ${attempt.failure ? "chip-bad" : "chip-good"}`}>
                {attempt.failure === undefined
                  ? attempt.status ?? "ok"
                  : callReasons[attempt.failure] ?? attempt.failure}
              </span>
              <span class="num">{duration(attempt.totalMs)}</span>
            </div>
            <Bars attempt={attempt} start={start} span={span} />
            {attempt.message && <p class="text-bad">{attempt.message}</p>}
            {attempt.note && <p class="text-xs text-mute">{formatNote(attempt.note)}</p>}
          </li>
        ))}
      </ol>
      <Legend call={call} />
    </div>
  );
}
