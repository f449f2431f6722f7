#!/usr/bin/env node
"use strict";
// Runs GemiNitro with the Deno that npm installed beside it. FLAGS becomes the program's own list when the package is made.
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { constants } = require("node:os");
const { join } = require("node:path");

const FLAGS = ["@FLAGS@"];
const args = ["run", "--quiet", "--no-config", "--no-lock", "--no-prompt", ...FLAGS]
  .concat(join(__dirname, "..", "app", "geminitro.js"), process.argv.slice(2));
// Deno asks its own server for newer versions otherwise; nothing is sent anywhere but to Google.
const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1" };

/**
 * Deno's executable. Its package copies or links it in place by an install script, which newer versions of npm do not run
 * without being asked; the same step works when the program is first run.
 */
function denoExecutable() {
  try {
    return require("deno/install_api.cjs").runInstall();
  } catch (cause) {
    const name = process.platform === "win32" ? "deno.exe" : "deno";
    const found = (process.env.PATH ?? "").split(process.platform === "win32" ? ";" : ":")
      .map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    console.error(
      `geminitro: npm did not install Deno for this machine (${process.platform} ${process.arch}).`,
    );
    console.error(`  ${cause.message}`);
    console.error(
      "  Install Deno 2.9 or newer from https://deno.com so that it is on the PATH, then try again.",
    );
    process.exit(1);
  }
}

const deno = denoExecutable();
if (process.platform !== "win32" && typeof process.execve === "function") {
  // Node gives way to Deno: no second process stays in memory, and signals reach the program itself.
  process.removeAllListeners("warning");
  process.execve(deno, [deno, ...args], env);
}
const child = spawn(deno, args, { stdio: "inherit", env });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (cause) => {
  console.error(`geminitro: Deno did not start: ${cause.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
