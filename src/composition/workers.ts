import { HEAP_FLAG } from "../system/mod.ts";
import type { Clock } from "../core/mod.ts";
import type { Environment } from "../config/mod.ts";

/** How to run one more process of this program. */
interface WorkerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface WorkersOptions {
  /** Number of processes besides this one. */
  readonly count: number;
  readonly command: WorkerCommand;
  readonly clock: Clock;
  readonly log: (level: "info" | "warn", message: string, fields: Readonly<Record<string, number>>) => void;
}

/** Processes that serve beside this one. */
export interface Workers {
  /** Ids of those that run now. */
  pids(): readonly number[];
  /** Lets all of them drain and waits until they are gone; those that are not after `patienceMs` are killed. */
  stop(patienceMs: number): Promise<void>;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** A process that lived this long is started again without delay when it ends. */
const STEADY_MS = 60_000;
/** Time for a drained process to close its database. */
const CLOSING_MS = 1_500;

/** Starts processes and restarts each that ends, with growing delay. Each ends by itself when this process is gone. */
export function superviseWorkers(options: WorkersOptions): Workers {
  const places = Array.from({ length: options.count }, (_, index) => new Place(options, index + 1));
  return {
    pids: () => places.flatMap(({ pid }) => pid ?? []),
    stop: async (patienceMs) => void await Promise.all(places.map((place) => place.stop(patienceMs))),
  };
}

/** One worker: its process, or the wait for the next. */
class Place {
  readonly #options: WorkersOptions;
  readonly #number: number;
  #child: Deno.ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #cancelWait: () => void = () => {};
  #delay = FIRST_DELAY_MS;
  #stopping = false;

  constructor(options: WorkersOptions, number: number) {
    this.#options = options;
    this.#number = number;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async stop(patienceMs: number): Promise<void> {
    this.#stopping = true;
    this.#cancelWait();
    const child = this.#child;
    if (child === undefined) return;
    // The end of its input is what asks a worker to drain: this works on every platform, and also when this
    // process is killed.
    await child.stdin.close().catch(() => {});
    const cancel = this.#options.clock.after(patienceMs + CLOSING_MS, () => child.kill("SIGKILL"));
    await this.#ended;
    cancel();
  }

  #start(): void {
    const { program, args, env } = this.#options.command;
    const startedAt = this.#options.clock.now();
    const child = new Deno.Command(program, {
      args: [...args],
      env: { ...env, [WORKER_VARIABLE]: String(this.#number) },
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    this.#child = child;
    this.#ended = child.status.then(({ code }) => this.#over(child, startedAt, code));
  }

  async #over(child: Deno.ChildProcess, startedAt: number, code: number): Promise<void> {
    const { clock, log } = this.#options;
    this.#child = undefined;
    if (this.#stopping) return;
    await child.stdin.close().catch(() => {});
    if (clock.now() - startedAt >= STEADY_MS) this.#delay = FIRST_DELAY_MS;
    const inMs = this.#delay;
    log("warn", "A worker process ended and is started again", { worker: this.#number, code, inMs });
    this.#delay = Math.min(LONGEST_DELAY_MS, inMs * 2);
    this.#cancelWait = clock.after(inMs, () => this.#start());
  }
}

/** Set in the environment of a worker to its number. */
const WORKER_VARIABLE = "GEMINITRO_WORKER";

/** True in a process that another one of this program supervises. */
export function isWorker(): boolean {
  return (Deno.env.get(WORKER_VARIABLE) ?? "") !== "";
}

/** Resolves when the process that supervises this one asks it to end, or is gone. */
export async function supervisorEnd(): Promise<void> {
  const piece = new Uint8Array(64);
  while (await Deno.stdin.read(piece) !== null);
}

/** Flags that a bundle needs, which has no deno.json beside it. */
const FLAGS = [
  "--quiet",
  HEAP_FLAG,
  "--unstable-kv",
  "--unstable-cron",
  "--unstable-net",
  "--unstable-no-legacy-abort",
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--allow-sys",
  "--allow-run",
];

/**
 * How to run this program once more with the same arguments; undefined when it is not the main program, as in a
 * test or a program that uses it as a library. `modules` are the possible main modules.
 */
export function workerCommand(
  modules: readonly string[],
  env: Environment,
  port: number,
): WorkerCommand | undefined {
  const given = Object.entries(env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
  const common = {
    program: Deno.execPath(),
    env: { ...Object.fromEntries(given), PORT: String(port), DENO_NO_UPDATE_CHECK: "1" },
  };
  if (Deno.build.standalone) return { ...common, args: Deno.args };
  const main = modules.find((module) => module === Deno.mainModule);
  return main === undefined ? undefined : { ...common, args: ["run", ...FLAGS, main, ...Deno.args] };
}

/** Why several processes cannot serve here; undefined when they can. */
export function whyOneProcess(kv: string): string | undefined {
  if (kv === ":memory:") return "a database in memory cannot be shared";
  if (Deno.build.os === "linux") return undefined;
  return `${Deno.build.os} does not spread connections over processes that share a port`;
}
