import { err, type Failure, redact, type Result } from "../core/mod.ts";
import type { StoreProblem } from "../store/mod.ts";

/** Why a use-case did not do what it was asked; the HTTP API sends it as it is, the CLI prints its message. */
export interface AdminProblem {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 502 | 503;
  /** Machine word: `duplicate`, `not_found`, `ambiguous`, `conflict`, `invalid`, ... */
  readonly code: string;
  /** One sentence: what, where, what to do. No secret. */
  readonly message: string;
  /** The field at fault. */
  readonly param?: string;
}

export type Outcome<Value> = Result<Value, AdminProblem>;

export function refuse(
  status: AdminProblem["status"],
  code: string,
  message: string,
  param?: string,
): { readonly ok: false; readonly error: AdminProblem } {
  const problem = { status, code, message, ...(param === undefined ? {} : { param }) };
  return err(problem) as { readonly ok: false; readonly error: AdminProblem };
}

/** Says a store's refusal in the words of what was edited; `name` is what the request called it. */
export function fromStore(problem: StoreProblem, what: string, name = "") {
  switch (problem.kind) {
    case "duplicate":
      return refuse(409, "duplicate", `This ${what} is already there (${problem.id})`);
    case "missing":
      return missing(what, name);
    case "conflict":
      return refuse(
        409,
        "conflict",
        `Somebody else changed this ${what} meanwhile: load it again, then repeat the edit`,
      );
    case "invalid":
      return refuse(422, "invalid", problem.message, problem.field);
  }
}

/** Nothing has the name that was given; says it, so that a slip of the pen is seen. Give no name that may be part of a secret. */
export function missing(what: string, name = "") {
  const shown = redact(name).slice(0, 100);
  return refuse(
    404,
    "not_found",
    `There is no ${what}${shown === "" ? " of this name" : ` ${shown}`}: list them to see their names`,
  );
}

/** A refused check of a key, as a problem of the request that brought the key. */
export function fromFailure(failure: Failure) {
  const away = failure.class === "transport" || failure.class === "overloaded";
  return refuse(away ? 502 : 422, failure.class, failure.message);
}
