/**
 * What the compiled program may do, and why. Nothing else is granted: no foreign function calls, no high-resolution
 * permissions, no import from the network.
 */
export const PERMISSIONS: readonly (readonly [flag: string, reason: string])[] = [
  [
    "--allow-net",
    "listen on PORT, reach Google (or what GEMINI_API_URL and the other URL settings name), ALERT_WEBHOOK_URL, proxies, media by URL, the release feed",
  ],
  ["--allow-env", "settings, and the places where agents keep their configuration (HOME, XDG_*, APPDATA)"],
  [
    "--allow-read",
    "the data folder, its own embedded files, agents' configuration files, files named on the command line",
  ],
  [
    "--allow-write",
    "the data folder, agents' configuration files (after showing the diff), exports, its own executable on update",
  ],
  ["--allow-sys=hostname,osRelease,uid,gid,homedir", "doctor's report and file modes"],
  [
    "--allow-run",
    "the browser for `open`, the platform's service manager for `autostart`, itself for `start --detach`, an agent for `install --test`",
  ],
];

/** Unstable interfaces of the platform that the program uses, and for what; a program without deno.json is told by flags. */
export const UNSTABLE: readonly (readonly [flag: string, reason: string])[] = [
  ["--unstable-kv", "the database"],
  ["--unstable-cron", "the minute's jobs"],
  ["--unstable-net", "one port for several processes"],
  ["--unstable-no-legacy-abort", "a request's signal fires only when its client leaves"],
];
