import type { Context } from "./command.ts";

/** Aborts at the first Ctrl-C or SIGTERM; the signals are let go when the command ends. */
export function interrupted(context: Pick<Context, "atEnd">): AbortSignal {
  const ending = new AbortController();
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const abort = () => ending.abort();
  for (const signal of signals) Deno.addSignalListener(signal, abort);
  context.atEnd(() => {
    for (const signal of signals) Deno.removeSignalListener(signal, abort);
  });
  return ending.signal;
}
