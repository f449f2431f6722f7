import { cpuOf } from "./child.ts";

/** Processor time of a process from a moment on. */
export interface CpuMeter {
  /** Milliseconds since the meter was made; NaN where there is no /proc. */
  ms(): Promise<number>;
}

/**
 * Measures a process by its threads, whose times the kernel tells to the nanosecond: its sum alone comes in steps of 10 ms, which is
 * more than ten calls cost. What began before counts from now, and threads that end meanwhile are idle ones.
 */
export async function cpuMeter(pid: number): Promise<CpuMeter> {
  const before = await threadTimes(pid);
  const ticks = await cpuOf(pid);
  return {
    async ms() {
      const after = await threadTimes(pid);
      if (after.size === 0) return (await cpuOf(pid) ?? NaN) - (ticks ?? NaN);
      let sum = 0;
      for (const [thread, ms] of after) sum += ms - (before.get(thread) ?? 0);
      return sum;
    },
  };
}

async function threadTimes(pid: number): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
      const [ns] = (await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`)).split(" ");
      times.set(name, Number(ns) / 1e6);
    }
  } catch {
    // No /proc, a kernel without these figures, or a thread that has just ended.
  }
  return times;
}
