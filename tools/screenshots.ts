/**
 * Takes pictures of every page of the dashboard with the simulator behind it, at phone, laptop and wide width, light and
 * dark, into `coverage/screenshots` (or the folder given). `--only=keys,flow` limits the pages, `--widths=390` the widths;
 * `--states` adds what opens and what goes wrong; `--empty` shows a server without keys, `--out` one whose asked models are all out,
 * after a restart. `--readme` makes the two pictures of
 * README.md in `docs/` and nothing else.
 */
import { chromium, type Page } from "playwright-core";
import { sampleProjects } from "../src/sim/mod.ts";
import { findChromium, open, ownerPage } from "../tests/support/browser.ts";
import { DASHBOARD_PAGES } from "../tests/support/dashboard_pages.ts";
import { type DashboardUnderTest, dashboardUnderTest } from "../tests/support/dashboard_under_test.ts";

const AGENTS = ["opencode/1.14", "claude-cli/2.1", "aider/0.92", "codex/0.77"];
const MODELS = ["gemini-2.5-flash", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"];
const LONG = "a-very-long-label-that-somebody-gave-to-the-key-of-the-shared-build-machine";

function option(name: string): string | undefined {
  return Deno.args.find((argument) => argument.startsWith(`--${name}=`))?.split("=")[1];
}

/** Gives the pages something to show: calls, a dead key, an exhausted project, a cap that is nearly used, long names. */
async function liven(server: DashboardUnderTest): Promise<void> {
  const { admin } = server.proxy().services;
  const keys = sampleProjects().flatMap((project) => project.keys);
  await admin.putCap({ model: "gemini-2.5-flash", limit: 24, alertThreshold: 80 });
  await admin.putCap({ model: "gemini-2.5-pro", limit: 200 });
  await admin.addKeys({ keys: keys.slice(0, 3) });
  await admin.addKeys({ key: keys[3] ?? "", label: LONG });
  await admin.addKeys({ key: keys[4] ?? "", label: "work laptop", project: "demo-gamma" });
  for (let index = 0; index < 40; index++) {
    await server.call(MODELS[index % MODELS.length], AGENTS[index % AGENTS.length]);
  }
  server.simulator.key(keys[4] ?? "", "suspended");
  const [dying] = (await admin.keys()).filter((key) => key.label === "work laptop");
  if (dying) await admin.checkKey(dying.id);
  server.simulator.presetDay("demo-alpha", "gemini-2.5-pro", 1000);
  for (let index = 0; index < 12; index++) await server.call("gemini-2.5-pro", AGENTS[index % AGENTS.length]);
  await server.call("no-such-model-with-a-rather-long-name-that-nobody-has", "curl/8.9");
  await admin.putAlias("fast", "gemini-2.5-flash");
  await admin.putQuotaGroup("pro-variants", ["gemini-2.5-pro"]);
  await admin.putFallback("gemini-2.5-pro", ["gemini-2.5-flash", "gemini-2.5-flash-lite"]);
  const budget = { unit: "tokens", limit: 2_000_000, period: "weekly" } as const;
  await admin.addClient({ name: "Ada's laptop", requestsPerMinute: 30, budget });
}

/** Every model that was asked is out, and the server has just started again. */
async function exhaust(server: DashboardUnderTest): Promise<void> {
  const projects = sampleProjects();
  await server.proxy().services.admin.addKeys({ keys: projects.flatMap((project) => project.keys) });
  for (const { id } of projects) for (const model of MODELS) server.simulator.presetDay(id, model, 100_000);
  for (let index = 0; index < 12; index++) {
    await server.call(MODELS[index % MODELS.length], AGENTS[index % AGENTS.length]);
  }
  await server.call(MODELS[0], "curl/8.9", "a-wrong-token");
  await server.restart();
}

type State = readonly [path: string, show: (page: Page) => Promise<unknown>];

/** States of pages: opened dialogs and errors. */
function states(): Readonly<Record<string, State>> {
  const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();
  const nothing = () => Promise.resolve();
  return {
    "key-drawer": ["/dashboard/keys", press(LONG)],
    "key-add": ["/dashboard/keys?add", nothing],
    "key-signin": ["/dashboard/keys?signin", nothing],
    "request-drawer": ["/dashboard/requests", press(/Request/)],
    "cap-form": ["/dashboard/quotas?add", nothing],
    "setup-models": ["/dashboard/setup?step=2", nothing],
    "setup-agents": ["/dashboard/setup?step=3", nothing],
    "setup-call": ["/dashboard/setup?step=4", press("Ask")],
    "chain-edit": ["/dashboard/models", press("Edit gemini-2.5-pro")],
    "palette": ["/dashboard/flow", (page) => page.keyboard.press("Control+k")],
    "appearance": ["/dashboard/flow", (page) => page.getByLabel("Appearance").click()],
    "mini": ["/dashboard/mini", nothing],
    "shortcuts": ["/dashboard/flow", async (page) => {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    }],
    "message": ["/dashboard/settings", press("Copy OpenAI-compatible base URL")],
    "not-found": ["/dashboard/nowhere", nothing],
    "offline": ["/dashboard", offline],
    "offline-keys": ["/dashboard/keys", offline],
    // The last: it signs out.
    "login": ["/dashboard/login", async (page) => {
      await page.context().clearCookies();
      await page.goto(`${server.url}/dashboard/login`);
    }],
  };
}

/** Cuts the page off from the API, and its stream of events with it. */
async function offline(page: Page): Promise<void> {
  await page.route("**/api/**", (route) => route.abort());
  await server.restart();
  await page.locator("[data-connection=lost]").waitFor();
}

const executablePath = findChromium();
if (executablePath === undefined) {
  console.error("No Chromium found. Install it, or name it in GEMINITRO_CHROMIUM.");
  Deno.exit(1);
}
const folder = Deno.args.find((argument) => !argument.startsWith("--")) ?? "coverage/screenshots";
const only = option("only")?.split(",");
const widths = (option("widths") ?? "390,1280,2560").split(",").map(Number);
const isWanted = (name: string) => only === undefined || only.includes(name);
await Deno.mkdir(folder, { recursive: true });
await using server = await dashboardUnderTest({ projects: sampleProjects() });
if (Deno.args.includes("--out")) await exhaust(server);
else if (!Deno.args.includes("--empty")) await liven(server);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--headless"] });
const isReadme = Deno.args.includes("--readme");
if (isReadme) {
  for (const [name, theme] of [["overview", "light"], ["quotas", "dark"]] as const) {
    const { page } = await ownerPage(browser, server.url, { theme });
    await open(page, server.url + (DASHBOARD_PAGES[name] ?? ""));
    await page.locator("[data-connection=live]").waitFor();
    await page.screenshot({ path: new URL(`../docs/${name}.png`, import.meta.url).pathname });
  }
}
for (const theme of ["light", "dark"] as const) {
  for (const width of isReadme ? [] : widths) {
    const { page, problems } = await ownerPage(browser, server.url, { width, theme });
    const shoot = async (name: string, fullPage: boolean) => {
      await page.waitForTimeout(150);
      await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png`, fullPage });
    };
    for (const [name, path] of Object.entries(DASHBOARD_PAGES).filter(([name]) => isWanted(name))) {
      await open(page, server.url + path);
      await shoot(name, name !== "logs");
    }
    for (const problem of new Set(problems)) console.error(`${width} ${theme}: ${problem}`);
    if (Deno.args.includes("--states")) {
      for (const [name, [path, show]] of Object.entries(states()).filter(([name]) => isWanted(name))) {
        await page.goto(server.url + path);
        await page.waitForTimeout(200);
        await show(page);
        await page.waitForTimeout(200);
        await shoot(name, false);
      }
    }
    await page.context().close();
  }
}
await browser.close();
console.log(`The pictures are in ${isReadme ? "docs" : folder}.`);
