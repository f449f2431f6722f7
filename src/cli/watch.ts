import type { CommandOption, Context } from "./command.ts";
import { createOutput, type Output } from "./output.ts";

const USUAL_SECONDS = 2;

/** Options of a command that supports --watch. */
export const WATCH_OPTIONS: readonly CommandOption[] = [
  { name: "watch", short: "w", summary: "Go on showing it until Ctrl-C" },
  {
    name: "interval",
    value: "<seconds>",
    summary: `Between two pictures of --watch; default ${USUAL_SECONDS}`,
  },
];

/** Shows something once, or again and again with --watch; with --json one object a line then. */
export async function watch(context: Context, show: (out: Output) => Promise<void>): Promise<void> {
  const pause = (context.number("interval", 1) ?? USUAL_SECONDS) * 1_000;
  if (!context.flag("watch")) return await show(context.out);
  const { services, out, json } = context;
  const ending = interrupted(context);
  while (!ending.aborted) {
    let picture = "";
    const write = (text: string) => void (picture += text);
    await show(createOutput({
      json,
      colour: out.style.colour,
      columns: out.columns,
      name: out.name,
      write,
      writeError: write,
    }));
    // Moves the cursor home and then clears what is below: clearing the screen first would flicker.
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    if (json) services.write(`${JSON.stringify(JSON.parse(picture))}\n`);
    else services.write(services.terminal.output ? `\x1b[H\x1b[J${picture}` : `${picture}\n`);
    await waitFor(pause, ending);
  }
}

/** Resolves when the time is over or the command is interrupted. */
export function waitFor(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ending.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Aborts at the first Ctrl-C or SIGTERM; stops listening when the command ends. */
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
