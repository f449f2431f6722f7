import process from "node:process";

/** How other processes of the same host know whether this one still runs. */
export interface RunningProcess {
  readonly host: string;
  readonly pid: number;
}

/** Records that this very process has written; any other with its number is of a dead process that had it before. */
const mine = new Set<string>();

/** This process, under the record `id`; without a host name where the platform does not tell it. */
export function thisProcess(id: string): RunningProcess {
  mine.add(id);
  return { host: hostName(), pid: Deno.pid };
}

/** The record `id` is not this process's any more. */
export function forgetProcess(id: string): void {
  mine.delete(id);
}

/** True when it is certain that the process of a record has ended; of other hosts nothing is certain. */
export function hasEnded(record: { readonly id: string } & Partial<RunningProcess>): boolean {
  const { id, host = "", pid } = record;
  if (pid === undefined || host === "" || host !== hostName()) return false;
  return pid === Deno.pid ? !mine.has(id) : !exists(pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as somebody else. Without the permission to ask, nothing is known.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function hostName(): string {
  try {
    return Deno.hostname();
  } catch {
    return "";
  }
}
