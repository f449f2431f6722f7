import { answers, localUrl } from "./server_file.ts";

/** Describes the process that listens on a port: its id and name as far as the platform's tools report them. */
export async function portHolder(port: number): Promise<string> {
  const ours = await answers(localUrl({ host: "localhost", port }), 1_000);
  const holder = await holderByTool(port);
  const what = ours ? "another GemiNitro, of another data folder" : "another program";
  return holder === undefined ? what : `${what} (${holder})`;
}

async function holderByTool(port: number): Promise<string | undefined> {
  const windows = Deno.build.os === "windows";
  const tools: readonly (readonly [string, string[], (text: string) => string | undefined])[] = windows
    ? [["netstat", ["-ano", "-p", "TCP"], (text) => fromNetstat(text, port)]]
    : [
      ["lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], fromLsof],
      ["ss", ["-ltnpH", `sport = :${port}`], fromSs],
    ];
  for (const [tool, args, read] of tools) {
    try {
      const { stdout } = await new Deno.Command(tool, { args, stdout: "piped", stderr: "null" }).output();
      const found = read(new TextDecoder().decode(stdout));
      if (found !== undefined) return found;
    } catch {
      // The tool is missing: try the next one.
    }
  }
  return undefined;
}

/** Fields of `lsof -Fpc`: `p123` is the process, `cnode` its command. */
export function fromLsof(text: string): string | undefined {
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  const name = /^c(.+)$/m.exec(text)?.[1];
  return pid === undefined ? undefined : formatProcess(pid, name);
}

/** `users:(("node",pid=123,fd=3))` at the end of a line of ss. */
export function fromSs(text: string): string | undefined {
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(text) ?? [];
  return pid === undefined ? undefined : formatProcess(pid, name);
}

/** `TCP 0.0.0.0:7536 0.0.0.0:0 LISTENING 123` in netstat's table. */
export function fromNetstat(text: string, port: number): string | undefined {
  // deno-lint-ignore geminitro/linear-regexps -- a number among plain text, and a line of netstat's
  const line = text.split("\n").find((one) => new RegExp(`[:.]${port}\\s+\\S+\\s+LISTENING`).test(one));
  const pid = line?.trim().split(/\s+/).at(-1);
  return pid === undefined || !/^\d+$/.test(pid) ? undefined : formatProcess(pid, undefined);
}

function formatProcess(pid: string, name: string | undefined): string {
  return name === undefined ? `process ${pid}` : `${name}, process ${pid}`;
}
