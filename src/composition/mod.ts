/**
 * Composes the services: takes settings, returns a running program. The only module that knows the full lists of
 * sources and routes; has no behaviour of its own.
 *
 * @module
 */
export { createGeminitro, type Geminitro, type GeminitroOptions } from "./geminitro.ts";
export { environmentInWorker, environmentOfWorker, SettingsError } from "./settings_file.ts";
export { type RunningServices } from "./running_services.ts";
export type { ServeOptions, Serving } from "./serve.ts";
export { keepGoing, PATIENCE_MS, serve } from "./serve.ts";
export type { Workers } from "./workers.ts";
export { isWorker, superviseWorkers, supervisorEnd, whyOneProcess, workerCommand } from "./workers.ts";
