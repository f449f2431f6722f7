export { Call, CallDetail } from "./schema/calls.ts";
export { ModelOverview, Overview, Problem, SpanFigures, Verdict } from "./schema/overview.ts";
