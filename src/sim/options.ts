import type { Clock, JsonObject } from "../core/mod.ts";
import type { SimProject } from "./keys.ts";
import type { SimModel } from "./models.ts";
import type { ReplyPlan } from "./reply_plan.ts";

/** Options of a simulator; everything has a default. */
export interface SimulatorOptions {
  /** Quotas, delays and resource times run on it; default the system's clock. */
  readonly clock?: Clock;
  /** Makes ids and signatures; the same seed gives the same bytes. Signatures of another seed are foreign. Default 1. */
  readonly seed?: number;
  /** Projects and their keys; default `sampleProjects()`. */
  readonly projects?: readonly SimProject[];
  /** Default `DEFAULT_MODELS`. */
  readonly models?: readonly SimModel[];
  /** Milliseconds before every head; default 0. */
  readonly latencyMs?: number;
  /** Speed of streams; absent means as fast as they are read. */
  readonly tokensPerSecond?: number;
  /** False serves every well-formed request without validating it; default true. */
  readonly validate?: boolean;
  /** False counts no quota; default true. */
  readonly quota?: boolean;
  /** True makes signatures valid only with keys of the project that got them; default false. */
  readonly signaturesPerProject?: boolean;
  /** False answers prompts about files with plain text; default true. */
  readonly agentMode?: boolean;
  /** How many calls the log keeps; default 1000, 0 keeps none. */
  readonly logLimit?: number;
  /** The delay that 429s of a broken day carry, which means nothing; default 36 s. */
  readonly dayDelayMs?: number;
  /** Answers generate calls with fixed bytes and looks at nothing: for benchmarks. */
  readonly benchmark?: BenchmarkReply;
}

/** A fixed reply: a stream of `chunks` events with `text` in each. */
export interface BenchmarkReply {
  readonly chunks: number;
  /** Default 24 characters. */
  readonly text?: string;
}

/** A call that reached the model, for replies that a test chooses itself. */
export interface SimCall {
  readonly key: string;
  readonly project: string;
  readonly model: string;
  /** The request in camelCase. */
  readonly request: JsonObject;
  readonly stream: boolean;
}

/** Chooses the reply to a call; undefined leaves it to the simulator. */
export type Answerer = (call: SimCall) => ReplyPlan | string | undefined;
