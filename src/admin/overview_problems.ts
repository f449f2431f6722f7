import { durationText } from "../core/mod.ts";
import type { Overview, Problem, Verdict } from "../management/contract.ts";
import type { InFlightCall } from "./admin_deps.ts";
import type { CapProgress } from "./cap_progress.ts";
import { type KeyStanding, safeKey } from "./safe_key.ts";
import { isoOf, type Standings, whenOf } from "./verdict.ts";

/** Most rows of one kind that are listed one by one. */
const MOST_OF_A_KIND = 20;

interface Facts {
  /** Problems of the database and the disk. */
  readonly trouble: string | undefined;
  readonly keys: readonly KeyStanding[];
  readonly caps: readonly CapProgress[];
  readonly calls: readonly InFlightCall[];
}

/** Problems for the owner to look at, the worst first. */
export function problemsOf(
  verdict: Verdict,
  models: Standings["models"],
  { trouble, keys, caps, calls }: Facts,
  now: number,
): Overview["problems"] {
  const kept = trouble === undefined ? [] : [problem("error", "data_lost", "", trouble)];
  const none = models.every(({ state }) => state !== "out") && ["empty", "exhausted"].includes(verdict.status)
    ? [problem("error", verdict.status === "empty" ? "no_keys" : "no_usable_key", "", verdict.message)]
    : [];
  const out = models.filter(({ state }) => state === "out").map((one) =>
    problem("error", "model_out", one.model, `${one.model} is out${whenOf(one, now)}`, isoOf(one.until))
  );
  const dead = keys.filter(({ status }) => status === "dead").slice(0, MOST_OF_A_KIND).map((one) =>
    safeKey(one)
  ).map((key) => ({
    ...problem("error", "key_dead", key.id, `${key.label || key.tail} is dead: ${key.reason ?? ""}`),
    link: key.link,
  }));
  return [
    ...kept,
    ...none,
    ...out.slice(0, MOST_OF_A_KIND),
    ...dead,
    ...caps.flatMap(capProblem),
  ]
    .concat(waitingProblem(calls, now))
    .sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
}

function capProblem(cap: CapProgress): Problem[] {
  if (!cap.atCap && !cap.atWarning) return [];
  if (cap.limit === 0) {
    const text = `The cap of 0 set for ${cap.model} lets nothing through: raise or remove it`;
    return [problem("error", "cap_reached", cap.model, text, null)];
  }
  const used = `${cap.current} of ${cap.limit} ${cap.unit}`;
  return [
    cap.atCap
      ? problem(
        "error",
        "cap_reached",
        cap.model,
        `The cap of ${cap.model} is used up: ${used}`,
        cap.nextReset,
      )
      : problem(
        "warning",
        "cap_near",
        cap.model,
        `The cap of ${cap.model} is nearly used up: ${used}`,
        cap.nextReset,
      ),
  ];
}

function waitingProblem(calls: readonly InFlightCall[], now: number): Problem[] {
  const waiting = calls.flatMap((call) => call.waiting ?? []);
  if (waiting.length === 0) return [];
  const oldest = durationText(now - Math.min(...waiting.map(({ since }) => since)));
  return [problem("warning", "waiting", "", `${waiting.length} calls wait, the longest for ${oldest}`)];
}

function problem(
  severity: Problem["severity"],
  kind: string,
  subject: string,
  message: string,
  until: string | null = null,
): Problem {
  return { severity, kind, subject, message, until, link: null };
}
