/**
 * Where the rooms are put together: settings in, a running program out. The only place that knows the full lists of
 * sources and routes; holds no behaviour of its own.
 *
 * @module
 */
export { createGeminitro, type Geminitro, type GeminitroOptions } from "./geminitro.ts";
export { SettingsError } from "./settings_error.ts";
export { environmentInWorker, environmentOfWorker } from "./settings_file.ts";
export { type RunningServices } from "./running_services.ts";
export { keepGoing } from "./last_resort.ts";
export { PATIENCE_MS, serve, type ServeOptions, type Serving } from "./serve.ts";
export { whyOneProcess, workerCommand } from "./worker_command.ts";
export { isWorker, superviseWorkers, supervisorEnd, type Workers } from "./workers.ts";
