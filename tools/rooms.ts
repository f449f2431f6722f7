/**
 * Which room may import which (ARCHITECTURE.md, "Rooms"). A room is a folder of src/; it is entered through its mod.ts, or
 * through its contract.ts for types alone.
 */
export const ROOM_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  std: [],
  gemini: ["core"],
  dialects: ["gemini", "core"],
  upstreams: ["core", "gemini"],
  config: ["core"],
  store: ["core"],
  system: ["core"],
  catalog: ["core", "gemini", "store"],
  pool: ["core", "config", "store", "catalog"],
  ledger: ["core", "config", "store"],
  relay: ["core", "config", "gemini", "dialects", "upstreams", "pool", "ledger", "store"],
  oauth: ["core", "config", "store", "upstreams", "std", "ledger"],
  agents: ["core"],
  admin: ["core", "config", "store", "catalog", "pool", "ledger", "upstreams", "oauth", "agents", "gemini"],
  jobs: ["core", "config", "store", "catalog", "pool", "ledger", "upstreams", "oauth", "admin"],
  http: [
    "core",
    "config",
    "store",
    "catalog",
    "pool",
    "ledger",
    "upstreams",
    "dialects",
    "gemini",
    "relay",
    "oauth",
    "agents",
    "admin",
    "fresh",
    "jobs",
  ],
  fresh: [],
  sim: ["core"],
  update: ["core", "config"],
  cli: [
    "core",
    "config",
    "store",
    "std",
    "admin",
    "agents",
    "oauth",
    "http",
    "system",
    "sim",
    "ledger",
    "catalog",
    "pool",
    "update",
    "upstreams",
    "jobs",
  ],
};

/** Rooms (or parts of rooms) whose values depend on their arguments alone. */
export const PURE: readonly RegExp[] = [
  /^src\/core\//,
  /^src\/gemini\//,
  /^src\/dialects\//,
  /^src\/upstreams\/(?!.*(discover|credentials|refresh))/,
  /^src\/catalog\/(resolve|snapshot|listing|alias_chain|glob|near_names)\.ts$/,
  /^src\/pool\/(policy\/|eligibility|verdict)/,
];

/** Globals that bring time, chance or the outside into a room. */
export const IMPURE_MEMBERS: ReadonlySet<string> = new Set([
  "Date.now",
  "Math.random",
  "crypto.randomUUID",
  "crypto.getRandomValues",
]);
