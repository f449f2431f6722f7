import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { OWNER_TOKEN } from "./dashboard_under_test.ts";
import { openPages } from "./open_pages.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ARGS = [
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a page may take for anything: only a page that never does it fails a test, however busy the machine is. */
const PATIENCE_MS = 60_000;
/** The longest that a server takes to end. What a failed test left behind is over by then, and not the next one's. */
const AFTERMATH_MS = 6_000;

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Where Chromium is: GEMINITRO_CHROMIUM, or a usual place; undefined when there is none. */
export function findChromium(): string | undefined {
  const given = Deno.env.get("GEMINITRO_CHROMIUM");
  return (given === undefined ? PLACES : [given]).find(isFile);
}

/** Registers a test that needs Chromium. Without one it is skipped, saying why; with GEMINITRO_REQUIRE_BROWSER=1 it fails. */
export function browserTest(
  name: string,
  body: (browser: Browser, t: Deno.TestContext) => Promise<void>,
): void {
  const executablePath = findChromium();
  const isRequired = Deno.env.get("GEMINITRO_REQUIRE_BROWSER") === "1";
  if (executablePath === undefined && !isRequired) {
    console.log(`Skipped "${name}": no Chromium found. Install it, or name it in GEMINITRO_CHROMIUM.`);
  }
  Deno.test({
    name,
    ignore: executablePath === undefined && !isRequired,
    async fn(t) {
      if (executablePath === undefined) {
        throw new Error("No Chromium found, and GEMINITRO_REQUIRE_BROWSER=1 is set.");
      }
      const browser = await chromium.launch({ executablePath, args: ARGS, timeout: PATIENCE_MS });
      openPages.add(browser);
      try {
        await body(browser, t);
      } catch (error) {
        await browser.close();
        await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
        throw error;
      } finally {
        openPages.delete(browser);
        await browser.close();
      }
    },
  });
}

/** A page of a signed-in owner that collects what goes wrong in it. */
export interface OwnerPage {
  readonly page: Page;
  readonly problems: readonly string[];
}

export async function ownerPage(
  browser: Browser,
  url: string,
  options: {
    readonly width?: number;
    readonly theme?: "light" | "dark";
    /** The reader's, such as `de-DE`. */
    readonly locale?: string;
  } = {},
): Promise<OwnerPage> {
  const { width = 1280, theme = "light", locale = "en-GB" } = options;
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: theme,
    locale,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    // Refusals by the API are shown to the reader; the browser's own line about them is no problem of ours.
    const isRefusal = /responded with a status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !isRefusal) problems.push(message.text());
  });
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(url) || /^(data|blob):/.test(request.url());
    if (!isOwn) problems.push(`asked another host: ${request.url()}`);
  });
  const { location, cookie } = await signIn(url);
  await context.addCookies([{ ...cookie, url }]);
  await page.goto(new URL(location, url).href);
  return { page, problems };
}

/** Signs in as the form of the login page does; that page has tests of its own. */
async function signIn(url: string) {
  const response = await fetch(`${url}/dashboard/login`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({ token: OWNER_TOKEN }),
    redirect: "manual",
  });
  await response.body?.cancel();
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(response.headers.get("set-cookie") ?? "") ?? [];
  const location = response.headers.get("location");
  assert.ok(name !== undefined && value !== undefined && location !== null, `signed in: ${response.status}`);
  return { location, cookie: { name, value } };
}

/** Goes to a page of the dashboard and waits until its islands are alive. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("html[data-ready]").waitFor();
}

/** Reads until the value is the one that is expected; fails with the last one that was read. */
export async function eventually<Value>(read: () => Promise<Value>, expected: Value): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (isDeepStrictEqual(value, expected)) return;
    if (performance.now() > end) assert.deepEqual(value, expected);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
