import { ReservedPort } from "../../tests/support/reserved_port.ts";
import type { Child } from "./child.ts";
import type { Contestant } from "./contestants.ts";

export interface Fronts extends AsyncDisposable {
  /** The same request through each front that is installed. */
  contestants(like: Contestant): Contestant[];
}

/** Caddy and nginx as plain pass-throughs before an upstream, where they are installed: what a proxy costs that only passes on. */
export async function fronts(upstream: URL): Promise<Fronts> {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-fronts-" });
  const servers = new Map<string, Child>();
  const ports = [new ReservedPort(), new ReservedPort()] as const;
  const [caddy, nginx] = [ports[0].port, ports[1].port];
  await Deno.writeTextFile(`${folder}/Caddyfile`, caddyConf(caddy, upstream));
  await start(
    servers,
    "Caddy",
    caddy,
    "caddy",
    ["run", "--adapter", "caddyfile", "--config", `${folder}/Caddyfile`],
    { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder },
  );
  await Deno.writeTextFile(`${folder}/nginx.conf`, nginxConf(folder, nginx, upstream));
  await start(servers, "nginx", nginx, "nginx", ["-e", "stderr", "-p", folder, "-c", `${folder}/nginx.conf`]);
  return {
    contestants: (like) =>
      [...servers].map(([name, server]) => ({
        ...like,
        name,
        server,
        request: { ...like.request, port: Number(server.url.port) },
      })),
    async [Symbol.asyncDispose]() {
      for (const server of servers.values()) await server[Symbol.asyncDispose]();
      for (const port of ports) port[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function caddyConf(port: number, upstream: URL): string {
  return `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  reverse_proxy ${upstream.host} {
    flush_interval -1
  }
}
`;
}

/** One process, so that its time is all of the time. */
function nginxConf(folder: string, port: number, upstream: URL): string {
  return `daemon off; master_process off; pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
  fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  upstream google { server ${upstream.host}; keepalive 32; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://google; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }
  }
}
`;
}

async function start(
  servers: Map<string, Child>,
  name: string,
  port: number,
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const started = performance.now();
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(program, { args: [...args], env, stdout: "null", stderr: "null" }).spawn();
  } catch {
    return console.log(`${name} is not installed and takes no part`);
  }
  while (!await listens(port)) {
    if (performance.now() - started > 10_000) throw new Error(`${name} does not listen`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  servers.set(name, {
    url: new URL(`http://127.0.0.1:${port}`),
    pid: process.pid,
    readyMs: performance.now() - started,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
    },
  });
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
