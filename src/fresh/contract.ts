import type { ComponentType, VNode } from "preact";

/** What a handler, page, layout or middleware is given: the part of Fresh 2's Context that this project uses. */
export interface Context<State = unknown> {
  readonly req: Request;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly state: State;
  /** The pattern that matched; null on error pages of unknown addresses. */
  readonly route: string | null;
  /** What was thrown; set on error pages only. */
  readonly error: unknown;
  next(): Promise<Response>;
  redirect(location: string, status?: number): Response;
  render(page: VNode, init?: ResponseInit): Promise<Response>;
}

export type PageProps<Data = unknown, State = unknown> =
  & Omit<Context<State>, "next" | "redirect" | "render">
  & { readonly data: Data; readonly Component: ComponentType };

/** Data on its way from a handler to the page of the same file. */
export interface PageResponse<Data> {
  readonly data: Data;
  readonly status?: number;
  readonly headers?: HeadersInit;
}

type Awaitable<Value> = Value | Promise<Value>;

export type HandlerFn<Data, State> = (context: Context<State>) => Awaitable<Response | PageResponse<Data>>;
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
export type HandlerByMethod<Data, State> = { readonly [Verb in Method]?: HandlerFn<Data, State> };
export type RouteHandler<Data, State> = HandlerFn<Data, State> | HandlerByMethod<Data, State>;
export type Middleware<State> = (context: Context<State>) => Awaitable<Response>;
export type PageFn<Data, State> = (props: PageProps<Data, State>) => Awaitable<VNode | Response | null>;

export interface RouteConfig {
  readonly skipAppWrapper?: boolean;
  readonly skipInheritedLayouts?: boolean;
}

/** What a file under `routes/` may export. */
export interface RouteModule {
  readonly default?: unknown;
  readonly handler?: unknown;
  readonly handlers?: unknown;
  readonly config?: RouteConfig;
}

/** Every file under `routes/` and `islands/`, as `gen.ts` writes it. */
export interface Manifest {
  readonly routes: Readonly<Record<string, RouteModule>>;
  readonly islands: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Addresses of the built browser files: the entry, its style sheets, and the chunks of each island. */
export interface Assets {
  readonly entry: string;
  readonly css: readonly string[];
  readonly islands: Readonly<Record<string, readonly string[]>>;
  /** Scripts that only the development server adds. */
  readonly dev?: readonly string[];
}
