import { type ComponentType, h, type VNode } from "preact";
import type {
  Assets,
  Context,
  HandlerByMethod,
  HandlerFn,
  Manifest,
  Method,
  PageFn,
  PageProps,
  RouteModule,
} from "./contract.ts";
import { renderDocument } from "./document.ts";
import { errorFile, type RouteEntry, routeEntry, runMiddleware } from "./route_table.ts";

/** One request on its way through one route. */
export interface Visit<State> {
  readonly req: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly state: State;
  readonly entry: RouteEntry<State>;
  readonly routes: Manifest["routes"];
  readonly assets: Assets;
  readonly onFault: (cause: unknown) => void;
  readonly error?: unknown;
}

type Shared<State> = Omit<Context<State>, "next" | "redirect" | "render">;

function shared<State>({ req, params, state, entry, error }: Visit<State>): Shared<State> {
  return { req, url: new URL(req.url), params, state, route: entry.pattern, error };
}

/** An async page is awaited here; any other becomes a component, so that hooks work in it. */
async function element<Data, State>(
  render: PageFn<Data, State>,
  props: PageProps<Data, State>,
): Promise<VNode | Response> {
  if (render.constructor.name !== "AsyncFunction") {
    return h(render as unknown as ComponentType, props as object);
  }
  return await render(props) ?? h("template", null);
}

async function show<State>(
  visit: Visit<State>,
  content: VNode | Response,
  data: unknown,
  init: ResponseInit,
): Promise<Response> {
  let current = content;
  for (const wrapper of [...visit.entry.wrappers].reverse()) {
    if (current instanceof Response) return current;
    const child = current;
    current = await element(wrapper, { ...shared(visit), data, Component: () => child });
  }
  if (current instanceof Response) return current;
  const headers = new Headers(init.headers);
  headers.set("content-type", "text/html; charset=utf-8");
  return new Response(renderDocument(current, visit.assets), { ...init, headers });
}

function contextOf<State>(visit: Visit<State>): Context<State> {
  return {
    ...shared(visit),
    next: () => Promise.reject(new Error("A route handler has no next handler.")),
    redirect: (location, status = 303) => new Response(null, { status, headers: { location } }),
    render: (vnode, init = {}) => show(visit, vnode, undefined, init),
  };
}

function handlerFor<State>(module: RouteModule, method: Method): HandlerFn<unknown, State> | undefined {
  const handler = (module.handler ?? module.handlers) as
    | HandlerFn<unknown, State>
    | HandlerByMethod<unknown, State>
    | undefined;
  if (typeof handler === "function" || handler === undefined) return handler;
  return handler[method] ?? (method === "HEAD" ? handler.GET : undefined);
}

async function endpoint<State>(visit: Visit<State>, status = 200): Promise<Response> {
  const { module, file } = visit.entry;
  const method = visit.req.method as Method;
  const handler = visit.error === undefined ? handlerFor<State>(module, method) : undefined;
  const readOnly = method === "GET" || method === "HEAD";
  if (handler === undefined && visit.error === undefined && !(readOnly && module.default)) {
    throw new HttpError(405);
  }
  const result = handler === undefined ? { data: undefined } : await handler(contextOf(visit));
  if (result instanceof Response) return result;
  if (typeof module.default !== "function") {
    throw new Error(`${file}: the handler returned data, but there is no page.`);
  }
  const content = await element(module.default as PageFn<unknown, State>, {
    ...shared(visit),
    data: result.data,
    Component: () => null,
  });
  return show(visit, content, result.data, {
    status: result.status ?? status,
    ...(result.headers === undefined ? {} : { headers: result.headers }),
  });
}

/** Shows what was thrown with the innermost error page; as plain text when there is none or it fails itself. */
async function failure<State>(visit: Visit<State>, error: unknown): Promise<Response> {
  const status = error instanceof HttpError ? error.status : 500;
  if (status >= 500) visit.onFault(error);
  const file = errorFile(visit.routes, visit.entry.file, status);
  if (file === undefined || visit.error !== undefined) return new Response(`HTTP ${status}`, { status });
  const failed: Visit<State> = {
    ...visit,
    entry: routeEntry(visit.routes, file, visit.entry.pattern),
    error,
  };
  return await endpoint(failed, status).catch((again) => failure(failed, again));
}

/** Answers one request. Middleware also surrounds error pages, so that their headers hold there too. */
export function respond<State>(visit: Visit<State>, status?: number): Promise<Response> {
  const body = () =>
    (status === undefined ? endpoint(visit) : Promise.reject(new HttpError(status)))
      .catch((error) => failure(visit, error));
  return runMiddleware(visit.entry.middleware, contextOf(visit), body).catch((error) =>
    failure(visit, error)
  );
}

/** An error with an HTTP status; `_404.tsx` or `_error.tsx` shows it. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;

  constructor(status: number, message = `HTTP ${status}`) {
    super(message);
    this.status = status;
  }
}
