import assert from "node:assert/strict";
import { type Signal, signal } from "@preact/signals";
import { type Context, createDefine, fsRoutes, HttpError, type Manifest, page } from "fresh";
import { Head } from "fresh/runtime";

interface State {
  readonly owner: string;
}

const define = createDefine<State>();
const assets = {
  entry: "/entry.js",
  css: ["/a.css"],
  islands: { "Dial.tsx": ["/dial.js"], "Box.tsx": ["/box.js"] },
};

function Dial({ level }: { level: Signal<number> | { value: string } }) {
  return <b>{level.value}</b>;
}

function Box({ level }: { level: Signal<number> }) {
  return (
    <i>
      <Dial level={level} />
    </i>
  );
}

const html: Manifest["routes"] = {
  "_app.tsx": {
    default: define.page(({ Component }) => (
      <html lang="en">
        <head />
        <body>
          <Component />
        </body>
      </html>
    )),
  },
};

function site(routes: Manifest["routes"]) {
  const islands = { "Dial.tsx": { default: Dial }, "Box.tsx": { default: Box } };
  return fsRoutes<State>({ routes: { ...html, ...routes }, islands }, {
    assets,
    state: () => ({ owner: "me" }),
  });
}

Deno.test("fsRoutes() gives two islands one signal and keeps a nested island inside its parent", async () => {
  const level = signal(7);
  const app = site({
    "index.tsx": {
      default: () => (
        <p>
          <Dial level={level} />
          <Box level={level} />
        </p>
      ),
    },
  });
  const text = await (await app.request("/")).text();
  assert.match(text, /<x-island name="Dial.tsx" index="0"><b>7<\/b><\/x-island>/);
  assert.match(text, /<x-island name="Box.tsx" index="1"><i><b>7<\/b><\/i><\/x-island>/);
  assert.equal(text.split('"Signal"').length, 2);
  assert.match(text, /<link rel="modulepreload" href="\/box.js"/);
  assert.match(text, /<script type="module" src="\/entry.js"><\/script><\/body>/);
});

Deno.test("fsRoutes() ships no script with a page without islands", async () => {
  const response = await site({ "plain.tsx": { default: () => <p>still</p> } }).request("/plain");
  assert.doesNotMatch(await response.text(), /<script/);
});

Deno.test("fsRoutes() keeps island props from closing their script element", async () => {
  const evil = { value: "</script><script>alert(1)" };
  const response = await site({ "evil.tsx": { default: () => <Dial level={evil} /> } }).request("/evil");
  assert.equal((await response.text()).split("<script").length, 3);
});

Deno.test("fsRoutes() runs middleware from the outside in and passes data, params, state and head on", async () => {
  const order: string[] = [];
  const step = (name: string) =>
    define.middleware((context) => {
      order.push(name);
      return context.next();
    });
  const handler = define.handlers({
    GET: () => page({ count: 1 }, { status: 201, headers: { "x-a": "b" } }),
  });
  const app = site({
    "_middleware.ts": { default: [step("outer"), step("second")] },
    "keys/_middleware.ts": { default: step("inner") },
    "_layout.tsx": {
      default: define.layout(({ Component }) => (
        <main>
          <Component />
        </main>
      )),
    },
    "keys/[id].tsx": {
      handler,
      default: define.page<typeof handler>(async ({ data, params, state }) => {
        await Promise.resolve();
        return (
          <>
            <Head>
              <title>T</title>
            </Head>
            {params["id"]} {data.count} {state.owner}
          </>
        );
      }),
    },
  });
  const response = await app.request("/keys/9");
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("x-a"), "b");
  assert.deepEqual(order, ["outer", "second", "inner"]);
  const text = await response.text();
  assert.match(text, /<head><title>T<\/title><link rel="stylesheet" href="\/a.css"\/><\/head>/);
  assert.match(text, /<main>9 1 me<\/main>/);
});

Deno.test("fsRoutes() answers 404, 405, HEAD, redirects and thrown errors with the headers of its middleware", async () => {
  const app = site({
    "_middleware.ts": {
      default: define.middleware(async (context) => {
        const response = await context.next();
        response.headers.set("x-guard", "on");
        return response;
      }),
    },
    "_error.tsx": { default: define.page(({ error }) => <p>{String(error)}</p>) },
    "post.ts": { handler: { POST: () => new Response("ok") } },
    "go.ts": { handler: (context: Context) => context.redirect("/x") },
    "gone.tsx": {
      default: () => {
        throw new HttpError(404, "gone");
      },
    },
    "page.tsx": { default: () => <p>p</p> },
  });
  const status = async (path: string, method = "GET") => {
    const response = await app.request(path, { method });
    assert.equal(response.headers.get("x-guard"), "on", path);
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await status("/nowhere"), 404);
  assert.equal(await status("/post"), 405);
  assert.equal(await status("/post", "POST"), 200);
  assert.equal(await status("/page", "HEAD"), 200);
  assert.equal(await status("/page", "POST"), 405);
  assert.equal(await status("/go"), 303);
  assert.match(await (await app.request("/gone")).text(), /HttpError: gone/);
});
