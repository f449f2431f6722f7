/** What every refusal must be, in whatever shape its dialect gives it. */
import assert from "node:assert/strict";
import type { UnderTest } from "../support/proxy_under_test.ts";
import { ask, type DialectName, DIALECTS, generateCalls, type Json, type Told } from "./calls.ts";

/** The message of an error in any dialect's shape; asserts the shape. */
export function messageOf(path: string, told: Told): string {
  const error = told.json["error"];
  assert.ok(typeof error === "object" && error !== null, `${told.status} ${told.text.slice(0, 300)}`);
  const { message, type, status } = error as Json;
  if (path.includes("/messages")) {
    assert.equal(told.json["type"], "error");
    assert.equal(typeof type, "string");
  } else if (path.includes("v1beta")) assert.equal(typeof status, "string");
  else assert.equal(typeof type, "string");
  assert.ok(typeof message === "string");
  return message;
}

/** One refusal: status, a sentence about `about`, no upstream call, and the next request works. */
export async function refused(
  t: UnderTest,
  path: string,
  sent: Promise<Told>,
  status: number,
  about: RegExp,
) {
  const before = generateCalls(t).length;
  const told = await sent;
  assert.equal(told.status, status, told.text.slice(0, 400));
  const message = messageOf(path, told);
  assert.match(message, about);
  assert.ok(message.length < 400 && !message.includes("\n"), message);
  assert.ok(told.headers.get("x-request-id") ?? told.headers.get("request-id"));
  assert.equal(generateCalls(t).length, before, "Google was asked");
  assert.equal((await ask(t, "chat")).status, 200, "the next request does not work");
}

/** The generating paths and a body maker for each. */
export const PATHS = Object.entries(DIALECTS).map(([dialect, { path, body }]) => ({
  dialect: dialect as DialectName,
  path,
  body,
}));
