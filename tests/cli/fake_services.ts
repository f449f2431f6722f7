import type { CliServices } from "../../src/cli/mod.ts";

/** The program's surroundings without a process: what it writes is kept. Nothing of the machine's environment is seen. */
export function fakeServices(more: Partial<CliServices> = {}) {
  let [stdout, stderr] = ["", ""];
  const services: CliServices = {
    version: "1.2.3",
    env: { HOME: "/nowhere", GEMINITRO_HOME: "/nowhere/home" },
    terminal: { input: false, output: false, columns: 80 },
    write: (text) => stdout += text,
    writeError: (text) => stderr += text,
    startServer: () => Promise.reject(new Error("No server is started here")),
    visit: () => Promise.reject(new Error("No database is here")),
    endSignal: () => Promise.resolve("SIGTERM"),
    ...more,
  };
  return { services, read: () => ({ stdout, stderr }) };
}
