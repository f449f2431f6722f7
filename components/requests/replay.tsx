import { readCatalog } from "../shared/models/read_catalog.ts";
import { type CallDetail, type KeptText, readRequest } from "./read_requests.ts";
import type { CallRecord, KeyRow } from "../shared/views.ts";
import { ALL_KEYS, readKeys } from "../shared/keys/read_keys.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { duration, keyName, wholeNumber } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { requestsText } from "./words.ts";
import { Problem } from "../shared/ui/card.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { OutcomeChip } from "../shared/ui/status_chip.tsx";
import { BodyText } from "./body.tsx";

const words = requestsText;
/** A finished call is written down within a quarter of a second. */
const STEP_MS = 200;
const TRIES = 15;

async function written(id: string): Promise<CallDetail | undefined> {
  for (let turn = 0; turn < TRIES; turn++) {
    const found = await readRequest(api, id).catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  return undefined;
}

interface Again {
  readonly call: CallRecord;
  readonly reply: KeptText;
}

/** Asks again; returns the new call. Throws with the server's sentence when it cannot be done. */
async function replay(id: string, key: string, model: string): Promise<Again> {
  const body = { ...(key === "" ? {} : { key }), ...(model === "" ? {} : { model }) };
  const answer = await api.replay(id, body);
  const call = await written(answer.id ?? "");
  if (call === undefined) throw new Error(words.replayLost);
  return { call, reply: { text: answer.body, whole: answer.whole } };
}

type Line = readonly [label: string, before: string, after: string];

function keyOf(call: CallRecord): string {
  return call.attempts.at(-1)?.name ?? "–";
}

function tokensOf(call: CallRecord): string {
  return call.usage === undefined ? "–" : wholeNumber(call.usage.totalTokens);
}

function firstOf(call: CallRecord): string {
  return call.firstTokenMs === undefined ? "–" : duration(call.firstTokenMs);
}

function linesOf(before: CallRecord, after: CallRecord): readonly Line[] {
  const line = (label: string, of: (call: CallRecord) => string): Line => [label, of(before), of(after)];
  return [
    line(words.served, (call) => call.modelUsed ?? call.modelAsked),
    line(words.key, keyOf),
    line(words.attempts, (call) => String(call.attempts.length)),
    line(words.first, firstOf),
    line(words.total, (call) => duration(call.totalMs)),
    line(words.tokens, tokensOf),
    line(words.finish, (call) => call.finish ?? "–"),
  ];
}

function Comparison({ before, again }: { before: CallDetail; again: Again }) {
  const after = again.call;
  const was = before.bodies?.reply;
  return (
    <div class="overflow-x-auto rounded-lg border border-line" role="status">
      <table class="grid-table" aria-label={words.compared}>
        <thead>
          <tr>
            <td />
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{words.answer}</th>
            {[before, after].map((call) => (
              <td key={call.id}>
                <OutcomeChip outcome={call.outcome} status={call.status} />
              </td>
            ))}
          </tr>
          {linesOf(before, after).map(([label, one, other]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{one}</td>
              <td class={one === other ? "" : "font-medium"}>{other}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="grid grid-cols-1 gap-3 border-t border-line p-3 sm:grid-cols-2">
        <div>{was && <BodyText kept={was} label={`${words.answered}, ${words.before}`} />}</div>
        <div>
          <BodyText kept={again.reply} label={`${words.answered}, ${words.after}`} />
        </div>
      </div>
      {after.message && (
        <div class="p-3">
          <Problem>{after.message}</Problem>
        </div>
      )}
    </div>
  );
}

function Choice({ label, value, none, options, onChange }: {
  label: string;
  value: string;
  none: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <label class="min-w-40 flex-1">
      <span class="label">{label}</span>
      <select class="field" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{none}</option>
        {options.map(([id, name]) => <option key={id} value={id}>{name}</option>)}
      </select>
    </label>
  );
}

interface Known {
  readonly keys: readonly KeyRow[];
  readonly models: readonly string[];
  /** Whether the server keeps bodies now. */
  readonly keeps: boolean;
}

async function known(): Promise<Known> {
  const [{ rows: keys }, catalog, settings] = await Promise.all([
    // A call is mostly sent again on a key that was in use.
    readKeys(api, { ...ALL_KEYS, sort: "lastUsed" }),
    readCatalog(api),
    api.settings(),
  ]);
  const keeps = settings.running["logBodies"] === true;
  return { keys, models: catalog.models.map((model) => model.id), keeps };
}

function whyNot(call: CallDetail, keeps: boolean): string {
  if (call.bodies !== undefined) return words.replayCut;
  return keeps ? words.replayGone : words.replayOff;
}

/** Sends a call once more, on another key or model if wanted, and shows both side by side. */
export function Replay({ call }: { call: CallDetail }) {
  const choices = useSignal<Known | undefined>(undefined);
  const key = useSignal("");
  const model = useSignal("");
  const again = useSignal<Again | undefined>(undefined);
  const problem = useSignal("");
  const isBusy = useSignal(false);
  useEffect(() => {
    void known().then((found) => choices.value = found, (error) => problem.value = messageOf(error));
  }, []);
  const run = async () => {
    [problem.value, isBusy.value] = ["", true];
    try {
      again.value = await replay(call.id, key.value, model.value);
    } catch (error) {
      problem.value = messageOf(error);
    }
    isBusy.value = false;
  };
  const can = call.bodies?.request.whole === true;
  return (
    <div class="grid gap-3">
      <div class="flex flex-wrap items-end gap-3">
        <Choice
          label={words.replayKey}
          value={key.value}
          none={words.replayAnyKey}
          options={(choices.value?.keys ?? []).map((row) => [row.id, keyName(row)])}
          onChange={(value) => key.value = value}
        />
        <Choice
          label={words.replayModel}
          value={model.value}
          none={words.replaySameModel(call.modelAsked)}
          options={(choices.value?.models ?? []).map((one) => [one, one])}
          onChange={(value) => model.value = value}
        />
        <button
          type="button"
          class="btn"
          disabled={!can || isBusy.value}
          aria-describedby={can ? undefined : "replay-why"}
          onClick={run}
        >
          <Icon name="refresh" />
          {isBusy.value ? words.replaying : words.replay}
        </button>
      </div>
      {choices.value && !can && (
        <p id="replay-why" class="text-xs text-mute">{whyNot(call, choices.value.keeps)}</p>
      )}
      {problem.value && <Problem>{problem.value}</Problem>}
      {again.value && <Comparison before={call} again={again.value} />}
    </div>
  );
}
