/**
 * Takes pictures of every page of the dashboard with the simulator behind it, at phone, laptop and wide width, light and
 * dark, into `coverage/screenshots` (or the folder given). `--only=keys,flow` limits the pages, `--widths=390` the widths.
 */
import { chromium } from "playwright-core";
import { sampleProjects } from "../src/sim/mod.ts";
import { findChromium, open, ownerPage } from "../tests/support/browser.ts";
import { DASHBOARD_PAGES } from "../tests/support/dashboard_pages.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../tests/support/dashboard_under_test.ts";

const AGENTS = ["opencode/1.14", "claude-cli/2.1", "aider/0.92", "codex/0.77"];
const MODELS = ["gemini-2.5-flash", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"];

function option(name: string): string | undefined {
  return Deno.args.find((argument) => argument.startsWith(`--${name}=`))?.split("=")[1];
}

/** Gives the pages something to show: calls, a dead key, an exhausted project, a cap that is nearly used. */
async function liven(server: DashboardUnderTest): Promise<void> {
  const { admin } = server.proxy().rooms;
  const keys = sampleProjects().flatMap((project) => project.keys);
  await admin.addKeys({ keys: keys.slice(0, 4) });
  await admin.addKeys({ key: keys[4] ?? "", label: "work laptop", project: "demo-gamma" });
  for (let index = 0; index < 40; index++) {
    await server.call(MODELS[index % MODELS.length], AGENTS[index % AGENTS.length]);
  }
  server.simulator.key(keys[3] ?? "", "suspended");
  server.simulator.presetDay("demo-alpha", "gemini-2.5-pro", 1000);
  for (let index = 0; index < 12; index++) await server.call("gemini-2.5-pro", AGENTS[index % AGENTS.length]);
  await server.call("no-such-model", "curl/8.9");
  await admin.putCap({ model: "gemini-2.5-flash", limit: 24, alertThreshold: 80 });
  await admin.putCap({ model: "gemini-2.5-pro", limit: 200 });
  await admin.putAlias("fast", "gemini-2.5-flash");
  await admin.putQuotaGroup("pro-variants", ["gemini-2.5-pro"]);
  await admin.addClient({ name: "Ada's laptop", requestsPerMinute: 30 });
}

const executablePath = findChromium();
if (executablePath === undefined) {
  console.error("No Chromium found. Install it, or name it in GEMINITRO_CHROMIUM.");
  Deno.exit(1);
}
const folder = Deno.args.find((argument) => !argument.startsWith("--")) ?? "coverage/screenshots";
const only = option("only")?.split(",");
const widths = (option("widths") ?? "390,1280,2560").split(",").map(Number);
await Deno.mkdir(folder, { recursive: true });
await using server = await dashboardUnderTest({ projects: sampleProjects() });
if (!Deno.args.includes("--empty")) await liven(server);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--headless"] });
for (const theme of ["light", "dark"] as const) {
  for (const width of widths) {
    const { page, problems } = await ownerPage(browser, server.url, { width, theme });
    for (const [name, path] of Object.entries(DASHBOARD_PAGES)) {
      if (only !== undefined && !only.includes(name)) continue;
      await open(page, server.url + path);
      await page.waitForTimeout(150);
      await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png`, fullPage: name !== "logs" });
    }
    for (const problem of new Set(problems)) console.error(`${width} ${theme}: ${problem}`);
    await page.context().close();
  }
}
await browser.close();
console.log(`The pictures are in ${folder}.`);
