import assert from "node:assert/strict";
import { ServedProcess } from "../support/served_process.ts";
import { plainRequest } from "../support/plain_request.ts";
import { call, type Fronted, holdsBehind } from "../support/front_laws.ts";

/** What a front does to a request on its way. */
interface Manner {
  readonly name: string;
  readonly url: string;
  /** Takes the public path away before it passes the request on. */
  readonly strips?: boolean;
  /** The Host that it sends; default: the one it got. */
  readonly host?: string;
  readonly tellsHost?: boolean;
}

const MANNERS: readonly Manner[] = [
  { name: "an own name", url: "http://ai.example.com" },
  { name: "the end of TLS", url: "https://ai.example.com" },
  { name: "a service's name in compose", url: "http://geminitro:7536" },
  { name: "nginx's usual Host", url: "https://ai.example.com", host: "127.0.0.1:7536" },
  { name: "a path that is passed on", url: "https://example.com/tools/geminitro" },
  { name: "a path that is taken away", url: "https://example.com/geminitro", strips: true },
  {
    name: "a path taken away, and nginx's usual Host",
    url: "https://example.com/g",
    strips: true,
    host: "127.0.0.1:7536",
  },
  {
    name: "X-Forwarded-Host",
    url: "https://example.com/x",
    strips: true,
    host: "127.0.0.1:1",
    tellsHost: true,
  },
];

/** A small front of its own manner. */
function frontOf(target: string, manner: Manner): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request, info) => {
    const url = new URL(request.url);
    const base = new URL(manner.url).pathname.replace(/\/$/, "");
    const path = manner.strips === true && url.pathname.startsWith(base)
      ? url.pathname.slice(base.length)
      : url.pathname;
    const headers = new Headers(request.headers);
    if (manner.host !== undefined) headers.set("host", manner.host);
    if (manner.tellsHost === true) headers.set("x-forwarded-host", request.headers.get("host") ?? "");
    const before = request.headers.get("x-forwarded-for");
    headers.set("x-forwarded-for", `${before === null ? "" : `${before}, `}${info.remoteAddr.hostname}`);
    const body = request.body === null ? undefined : await request.text();
    return await plainRequest(target + (path || "/") + url.search, {
      method: request.method,
      headers: Object.fromEntries(headers),
      body,
    });
  });
}

Deno.test("calls, pages, sign-in and changes work behind every manner of front", async () => {
  for (const manner of MANNERS) {
    await using served = await ServedProcess.open({
      env: { PUBLIC_URLS: manner.url, TRUSTED_PROXIES: "loopback" },
    });
    const front = frontOf(served.url, manner);
    try {
      await holdsBehind({ at: `http://127.0.0.1:${front.addr.port}`, url: manner.url })
        .catch((cause) => {
          throw new Error(`${manner.name}: ${cause.message}`, { cause });
        });
    } finally {
      await front.shutdown();
    }
  }
});

Deno.test("an unknown name is refused by name, with what to set, on pages, for calls and in the log", async () => {
  await using served = await ServedProcess.open();
  const fronted: Fronted = { at: served.url, url: "https://ai.example.com" };
  for (const path of ["/dashboard", "/dashboard/login", "/api/health", "/v1/models"]) {
    const response = await call(fronted, path, { headers: { authorization: "Bearer geminitro" } });
    assert.equal(response.status, 403, path);
    assert.match(await response.text(), /ai\.example\.com.*PUBLIC_URLS=https:\/\/ai\.example\.com/s, path);
  }
  const origin = await call({ at: served.url, url: served.url }, "/dashboard/login", {
    method: "POST",
    headers: { origin: "https://ai.example.com", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token: "geminitro" }),
  });
  assert.match(await origin.text(), /PUBLIC_URLS=https:\/\/ai\.example\.com/);
  await served.stop();
  assert.match(served.said, /Refused: This host name .*: ai\.example\.com/);
});

Deno.test("wrong sign-ins through a front are counted for who sent them, and the owner gets in", async () => {
  await using served = await ServedProcess.open({
    env: { PUBLIC_URLS: "https://ai.example.com", TRUSTED_PROXIES: "loopback" },
  });
  const manner = { name: "", url: "https://ai.example.com" };
  const front = frontOf(served.url, manner);
  const fronted = { at: `http://127.0.0.1:${front.addr.port}`, url: manner.url };
  const login = async (token: string, from: string) => {
    const response = await call(fronted, "/dashboard/login", {
      method: "POST",
      headers: {
        origin: "https://ai.example.com",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
        // A front before this one told it; what stands further left anybody could have written.
        "x-forwarded-for": `10.9.9.9, ${from}`,
      },
      body: new URLSearchParams({ token }),
    });
    await response.body?.cancel();
    return response.status;
  };
  try {
    for (let guess = 0; guess < 5; guess++) await login("wrong", "203.0.113.7");
    assert.equal(await login("wrong", "203.0.113.7"), 429);
    assert.equal(await login("geminitro", "198.51.100.2"), 303);
    for (let guess = 0; guess < 6; guess++) await login("wrong", "198.51.100.2");
    assert.equal(await login("geminitro", "198.51.100.2"), 303, "who was right lately is heard");
  } finally {
    await front.shutdown();
  }
});

Deno.test("without TRUSTED_PROXIES nobody's word on the client counts", async () => {
  await using served = await ServedProcess.open({
    env: { PUBLIC_URLS: "https://ai.example.com", HOST: "127.0.0.1" },
  });
  const spoofed = await call({ at: served.url, url: served.url }, "/v1/models", {
    headers: {
      host: "evil.example",
      "x-forwarded-host": "ai.example.com",
      authorization: "Bearer geminitro",
    },
  });
  await spoofed.body?.cancel();
  assert.equal(spoofed.status, 403);
});
