import type { SimLogEntry } from "./request_log.ts";
import type { Answerer } from "./options.ts";
import type { Fault, FaultMatch } from "./faults.ts";
import type { LiveSession } from "./live.ts";
import type { KeyState } from "./keys.ts";
import type { QuotaLimits } from "./quota.ts";
import type { SimState } from "./state.ts";

/** Controls for tests and demonstrations while the simulator runs. */
export interface SimulatorControl {
  /** Sets what Google thinks of a key; throws for a key that no project has. */
  key(key: string, state: KeyState): void;
  /** True refuses every call with the region's 400. */
  region(blocked: boolean): void;
  /** Answers 503 for the models of the glob for `ms` from now; 0 ends it. */
  overload(modelGlob: string, ms: number): void;
  /** Sets or (undefined) removes the limits of a project for a model glob. */
  limits(project: string, modelGlob: string, limits: QuotaLimits | undefined): void;
  /** Sets the day's count of a project and model, as if other clients had called. */
  presetDay(project: string, model: string, requests: number): void;
  /** What is counted now. */
  usage(project: string, model: string): { readonly rpm: number; readonly tpm: number; readonly rpd: number };
  /** Arms a fault for the next call that it matches; the returned function removes it. */
  fault(fault: Fault): () => void;
  clearFaults(): void;
  /** Answers the next matching call with these bytes; a list is sent piece by piece. */
  replay(
    body: string | readonly string[],
    more?: {
      readonly status?: number;
      readonly contentType?: string;
      readonly match?: FaultMatch;
      readonly times?: number;
    },
  ): () => void;
  /** Chooses the replies from now on; undefined goes back to the simulator's own. */
  answer(answerer: Answerer | undefined): void;
  /** True refuses new sessions of a project, after the connection has come about, for lack of quota. */
  liveQuota(project: string, used: boolean): void;
  /** WebSocket sessions, oldest first. */
  readonly live: readonly LiveSession[];
  /** Calls `watcher` for every request as it arrives; the returned function ends it. */
  onRequest(watcher: (entry: SimLogEntry) => void): () => void;
}

/** The control plane of a running simulator. */
export function createControl(state: SimState): SimulatorControl {
  const book = (project: string) => {
    const found = state.keys.books.find((candidate) => candidate.project.id === project);
    if (!found) throw new Error(`The simulator has no project "${project}".`);
    return found;
  };
  return {
    key: (key, keyState) => state.keys.setState(key, keyState),
    region: (blocked) => void (state.regionBlocked = blocked),
    overload: (modelGlob, ms) => void state.overloads.set(modelGlob, state.clock.now() + ms),
    limits: (project, modelGlob, limits) => book(project).setLimits(modelGlob, limits),
    presetDay: (project, model, requests) => book(project).counter(model).preset(state.clock.now(), requests),
    usage: (project, model) => book(project).counter(model).usage(state.clock.now()),
    fault: (fault) => state.faults.add(fault),
    clearFaults: () => state.faults.clear(),
    replay: (body, more = {}) => state.faults.add({ kind: "replay", body, ...more }),
    liveQuota: (project, used) =>
      void (used ? state.liveQuota.add(project) : state.liveQuota.delete(project)),
    live: state.live,
    answer: (answerer) => void (state.answerer = answerer),
    onRequest(watcher) {
      state.watchers.add(watcher);
      return () => void state.watchers.delete(watcher);
    },
  };
}
