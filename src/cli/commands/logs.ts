import { delay } from "@std/async";
import { type Command, CommandError, type Context } from "../command.ts";
import { logPath } from "../spawn_server.ts";

const USUAL_LINES = 50;
/** Bytes read from the end of the file for the first lines. */
const MOST_BYTES = 2_000_000;
const LOOK_MS = 300;

export const logs: Command = {
  name: "logs",
  summary: "Show the last lines of the log file of servers in the background",
  usage: "",
  examples: [
    { line: "geminitro logs", says: "The last 50 lines" },
    { line: "geminitro logs -f", says: "And go on with new ones; Ctrl-C ends it" },
    { line: "geminitro logs --lines 500", says: "More of them" },
  ],
  options: [
    { name: "follow", short: "f", summary: "Go on with new lines" },
    { name: "lines", short: "n", value: "<number>", summary: `How many lines; default ${USUAL_LINES}` },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { home, logFile } = await context.settings();
    const path = logFile ?? logPath(home);
    const stat = await Deno.stat(path).catch(() => undefined);
    if (stat === undefined && !context.flag("follow")) {
      throw new CommandError(`There is no log file ${path}`, {
        hint: "A server in a terminal writes there; geminitro start --detach and autostart write a file.",
      });
    }
    const from = Math.max(0, (stat?.size ?? 0) - MOST_BYTES);
    const text = stat === undefined ? "" : await read(path, from);
    const whole = text.split("\n").slice(0, -1);
    const lines = whole.slice(Math.max(0, whole.length - (context.number("lines") ?? USUAL_LINES)));
    for (const line of lines) context.out.line(line);
    context.out.json({ file: path, lines });
    if (context.flag("follow")) {
      await follow(context, path, { at: from + byteLength(text), inode: stat?.ino ?? null });
    }
  },
};

async function follow(
  context: Context,
  path: string,
  place: { at: number; inode: number | null },
): Promise<void> {
  const asked = context.services.endSignal().then(() => true);
  let rest = "";
  while (!await Promise.race([asked, delay(LOOK_MS).then(() => false)])) {
    const stat = await Deno.stat(path).catch(() => undefined);
    if (stat === undefined) continue;
    // The file was rotated or truncated.
    if (stat.ino !== place.inode || stat.size < place.at) Object.assign(place, { at: 0, inode: stat.ino });
    if (stat.size === place.at) continue;
    const text = await read(path, place.at);
    place.at += byteLength(text);
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) context.out.line(line);
  }
}

async function read(path: string, from: number): Promise<string> {
  using file = await Deno.open(path);
  await file.seek(from, Deno.SeekMode.Start);
  const pieces: Uint8Array[] = [];
  const buffer = new Uint8Array(65_536);
  for (let size = await file.read(buffer); size !== null; size = await file.read(buffer)) {
    pieces.push(buffer.slice(0, size));
    if (pieces.length * buffer.length > MOST_BYTES * 2) break;
  }
  return new TextDecoder().decode(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
