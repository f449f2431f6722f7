/**
 * The machine's own clock, chance, names and network, as ports for every module. The only place where they are made; tests
 * make their own.
 *
 * @module
 */
export { collectGarbage, HEAP_FLAG, paced } from "./collect_garbage.ts";
export { type ConnectionParts, createConnections, pooledFetch } from "./connections.ts";
export { endSignal } from "./end_signal.ts";
export { type HomeFiles, type HomeWatch, watchHome } from "./home_watch.ts";
export { LogFile } from "./log_file.ts";
export { createProxyOf, createReachHost, keepCallsHome } from "./reach_host.ts";
export { draftFile, FileNotWritten, writeWholeFile } from "./whole_file.ts";
export { createNewId, createSystemClock, systemClock, systemPorts } from "./system_ports.ts";
