import assert from "node:assert/strict";
import { join } from "node:path";
import { holdsBehind } from "../support/front_laws.ts";
import { removeFolder } from "../support/remove_folder.ts";
import { ReservedPort } from "../support/reserved_port.ts";
import { ServedProcess } from "../support/served_process.ts";
import { TEST_CA, testCertificate } from "../support/silent_relay.ts";

const RECIPES = new URL("../../docs/operations.md", import.meta.url);
/** What the recipes in the documents name, and what a test puts there. */
interface Place {
  readonly port: number;
  readonly target: number;
  readonly folder: string;
}

/** A recipe as docs/operations.md shows it: the block after `<!-- recipe: name -->`, with this machine's places put in. */
async function recipe(name: string, { port, target, folder }: Place): Promise<string> {
  const text = await Deno.readTextFile(RECIPES);
  const mark = `<!-- recipe: ${name} -->`;
  const after = text.slice(text.indexOf(mark) + mark.length);
  const block = /```[a-z]*\n([\s\S]*?)```/.exec(after)?.[1];
  assert.ok(text.includes(mark) && block !== undefined, `there is no recipe ${name}`);
  return block.replaceAll("/etc/ssl/proxy.example.pem", join(folder, "cert.pem"))
    .replaceAll("/etc/ssl/proxy.example.key", join(folder, "cert.key"))
    .replaceAll("127.0.0.1:7536", `127.0.0.1:${target}`)
    .replaceAll(/listen 443/g, `listen 127.0.0.1:${port}`);
}

async function isHere(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, {
      args: [program === "nginx" ? "-v" : "version"],
      stdout: "null",
      stderr: "null",
    }).output()).success;
  } catch {
    return false;
  }
}

async function listens(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      (await Deno.connect({ port, hostname: "127.0.0.1" })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`Nothing listens on port ${port}`);
}

async function behind(
  kind: string,
  path: string,
  program: string,
  prepare: (place: Place) => Promise<readonly string[]>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-front-" });
  using reserved = new ReservedPort();
  const { port } = reserved;
  const url = `https://proxy.example:${port}${path}`;
  await using served = await ServedProcess.open({ env: { PUBLIC_URLS: url, TRUSTED_PROXIES: "loopback" } });
  const { cert, key } = testCertificate();
  await Deno.writeTextFile(join(folder, "cert.pem"), cert);
  await Deno.writeTextFile(join(folder, "cert.key"), key);
  const args = await prepare({ port, target: Number(new URL(served.url).port), folder });
  const front = new Deno.Command(program, {
    args: [...args],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await listens(port);
    await holdsBehind({ at: `https://127.0.0.1:${port}`, url, ca: await Deno.readTextFile(TEST_CA) })
      .catch((cause) => {
        throw new Error(`${kind}: ${cause.message}`, { cause });
      });
  } finally {
    front.kill("SIGTERM");
    await front.status;
    await removeFolder(folder);
  }
}

for (const [name, path] of [["nginx", ""], ["nginx-path", "/geminitro"]] as const) {
  Deno.test({
    name: `everything works behind the recipe ${name}`,
    ignore: !await isHere("nginx"),
    fn: () =>
      behind(name, path, "nginx", async (place) => {
        const file = join(place.folder, "nginx.conf");
        const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
          .map((kind) => `${kind}_temp_path ${place.folder}/${kind};`).join("\n");
        await Deno.writeTextFile(
          file,
          `daemon off; error_log ${place.folder}/error.log; pid ${place.folder}/pid;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${await recipe(
            name,
            place,
          )}\n}\n`,
        );
        return ["-c", file, "-e", join(place.folder, "error.log")];
      }),
  });
}

for (const [name, path] of [["caddy", ""], ["caddy-path", "/geminitro"]] as const) {
  Deno.test({
    name: `everything works behind the recipe ${name}`,
    ignore: !await isHere("caddy"),
    fn: () =>
      behind(name, path, "caddy", async (place) => {
        const file = join(place.folder, "Caddyfile");
        const site = (await recipe(name, place)).replace(
          /^proxy\.example \{/m,
          `https://proxy.example:${place.port} {\n\tbind 127.0.0.1\n\ttls ${place.folder}/cert.pem ${place.folder}/cert.key`,
        );
        await Deno.writeTextFile(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
        return ["run", "--config", file, "--adapter", "caddyfile"];
      }),
  });
}
