import type {
  HandlerByMethod,
  HandlerFn,
  Middleware,
  PageFn,
  PageResponse,
  RouteHandler,
} from "./contract.ts";

type DataOf<Handler, State> = Handler extends HandlerFn<infer Data, State> ? Data
  : Handler extends HandlerByMethod<infer Data, State> ? Data
  : never;

/** Typed identity functions under Fresh 2's names, so that pages know their state and their handler's data. */
export interface Define<State> {
  handlers<Handler extends RouteHandler<unknown, State>>(handler: Handler): Handler;
  page<Handler extends RouteHandler<unknown, State> = never, Data = DataOf<Handler, State>>(
    render: PageFn<Data, State>,
  ): PageFn<Data, State>;
  layout(render: PageFn<unknown, State>): PageFn<unknown, State>;
  middleware<Step extends Middleware<State> | Middleware<State>[]>(step: Step): Step;
}

/** Binds the `define` functions to the type of the per-request state. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handler) => handler,
    page: (render) => render,
    layout: (render) => render,
    middleware: (step) => step,
  };
}

/** Hands data, and if wanted a status and headers, from a handler to its page. */
export function page<Data>(
  data: Data,
  init: { readonly status?: number; readonly headers?: HeadersInit } = {},
): PageResponse<Data> {
  return { data, ...init };
}
