import { createGeminitro, type Geminitro, serve, type Serving } from "../../src/composition/mod.ts";
import type { Ports } from "../../src/core/mod.ts";
import {
  type ServedSimulator,
  serveSimulator,
  type SimProject,
  type SimulatorOptions,
} from "../../src/sim/mod.ts";
import { systemClock, systemPorts } from "../../src/system/mod.ts";

export interface UnderTestOptions {
  /** Settings on top of those that every test has. */
  readonly env?: Readonly<Record<string, string>>;
  /** Projects of the simulator; default: two keys in two projects without limits. */
  readonly projects?: readonly SimProject[];
  readonly simulator?: Partial<SimulatorOptions>;
  readonly ports?: Partial<Ports>;
}

/** A proxy on a real port, with the simulator behind it. Ends with the block it is used in. */
export interface UnderTest extends AsyncDisposable {
  readonly url: string;
  readonly proxy: Geminitro;
  readonly serving: Serving;
  readonly simulator: ServedSimulator;
  /** Log lines, for looking for secrets. */
  readonly log: readonly string[];
}

export const KEYS = [
  "AIzaSyTestKeyNumberOne0000000000000001",
  "AIzaSyTestKeyNumberTwo0000000000000002",
] as const;

const PROJECTS: readonly SimProject[] = KEYS.map((key, index) => ({
  id: `project-${index + 1}`,
  keys: [key],
}));

/** Starts a simulator and a proxy before it, with every key of the simulator's projects in the pool and their models known. */
export async function proxyUnderTest(options: UnderTestOptions = {}): Promise<UnderTest> {
  const projects = options.projects ?? PROJECTS;
  const simulator = serveSimulator({
    clock: systemClock,
    ...options.simulator,
    projects,
    port: 0,
    hostname: "127.0.0.1",
  });
  const log: string[] = [];
  const proxy = await createGeminitro({
    env: {
      GEMINITRO_KV: ":memory:",
      GEMINITRO_HOME: "/nonexistent/geminitro-test",
      GEMINI_API_URL: simulator.url,
      LOG_LEVEL: "debug",
      ...options.env,
    },
    ports: { ...systemPorts(), ...options.ports },
    print: (line) => void log.push(line),
  });
  const added = await proxy.services.admin.addKeys({ keys: projects.flatMap((project) => project.keys) });
  if (!added.ok || added.value.some((one) => !one.ok)) {
    throw new Error(`Keys were not added: ${JSON.stringify(added)}`);
  }
  const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
  return {
    url: serving.url,
    proxy,
    serving,
    simulator,
    log,
    async [Symbol.asyncDispose]() {
      await serving.stop(500);
      await simulator.close();
    },
  };
}
