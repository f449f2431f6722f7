/** Collects a Responses event stream from its item events, and checks numbering and nesting while doing so. */
import assert from "node:assert/strict";

type Json = Record<string, unknown>;

export function parseFrames(text: string): Json[] {
  return text.split("\n\n").filter((frame) => frame !== "" && !frame.startsWith(":")).map((frame) => {
    const match = /^event: (.+)\ndata: (.+)$/.exec(frame);
    assert.ok(match, `A frame of another form: ${frame}`);
    const data = JSON.parse(match[2] as string) as Json;
    assert.equal(data.type, match[1]);
    return data;
  });
}

/** The final response; asserts that its output is what the item events said, delta by delta. */
export function collectResponse(events: readonly Json[]): Json {
  events.forEach((event, position) => assert.equal(event.sequence_number, position));
  assert.equal(events[0]?.type, "response.created");
  assert.equal(events[1]?.type, "response.in_progress");
  const output: Json[] = [];
  let open: { id: unknown; deltas: Map<string, string> } | undefined;
  for (const event of events.slice(2, -1)) {
    const type = String(event.type);
    if (type === "response.output_item.added") {
      assert.equal(open, undefined, "an item was opened inside another");
      assert.equal(event.output_index, output.length);
      open = { id: (event.item as Json).id, deltas: new Map() };
      continue;
    }
    assert.ok(open, `${type} outside an item`);
    if (type === "response.output_item.done") {
      assert.equal((event.item as Json).id, open.id);
      output.push(event.item as Json);
      open = undefined;
      continue;
    }
    assert.equal(event.item_id, open.id);
    assert.equal(event.output_index, output.length);
    checkDelta(open.deltas, type, event);
  }
  const last = events.at(-1) as Json;
  const response = last.response as Json;
  assert.equal(last.type, `response.${response.status}`);
  assert.equal(response.id, (events[0]?.response as Json).id);
  assert.deepEqual(response.output, output);
  return response;
}

function checkDelta(deltas: Map<string, string>, type: string, event: Json): void {
  if (type.endsWith(".delta")) {
    const name = type.slice(0, -".delta".length);
    deltas.set(name, (deltas.get(name) ?? "") + event.delta);
  } else if (type.endsWith(".done") && deltas.has(type.slice(0, -".done".length))) {
    const whole = event.text ?? event.arguments ?? event.input ?? event.code;
    assert.equal(deltas.get(type.slice(0, -".done".length)), whole);
  }
}
