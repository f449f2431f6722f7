import { type CallDetail, readRequest } from "./read_requests.ts";
import type { CallRecord } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { byteSize, dateTime, duration, money, wholeNumber } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { copyText } from "../shared/live/clipboard.ts";
import { isTyping } from "../shared/shell/shortcuts.ts";
import { requestsText } from "./words.ts";
import { callReasons, refusalRemedies } from "../shared/calls/words.ts";
import { Problem } from "../shared/ui/card.tsx";
import { Dialog, Section } from "../shared/ui/dialog.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { OutcomeChip } from "../shared/ui/status_chip.tsx";
import { KeptConversation } from "./kept_conversation.tsx";
import { Replay } from "./replay.tsx";
import { SessionThread } from "./session_thread.tsx";
import { Timeline } from "./timeline.tsx";

const words = requestsText;

function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
      {rows.filter(([, value]) => value !== "" && value !== undefined).map(([name, value]) => (
        <>
          <dt class="text-mute">{name}</dt>
          <dd class="num min-w-0 break-words">{value}</dd>
        </>
      ))}
    </dl>
  );
}

function factRows(call: CallDetail): readonly (readonly [string, ComponentChildren])[] {
  return [
    [words.asked, call.modelAsked],
    [call.outcome === "ok" ? words.served : words.lastAsked, call.modelUsed ?? ""],
    [words.agent, call.agent],
    [words.client, call.client],
    [
      words.dialect,
      [words.dialects[call.dialect] ?? call.dialect, call.stream ? words.streamed : ""].filter(Boolean).join(
        ", ",
      ),
    ],
    [words.session, call.session],
    [words.cost, call.cost === undefined || call.cost === null ? "" : money(call.cost)],
    [words.finish, words.finishes[call.finish ?? ""] ?? call.finish ?? ""],
    [words.queued, duration(call.queuedMs)],
    [words.first, call.firstTokenMs === undefined ? "" : duration(call.firstTokenMs)],
    [words.total, duration(call.totalMs)],
    [words.bytes, byteSize(call.requestBytes)],
  ];
}

function usageRows(call: CallRecord): readonly (readonly [string, ComponentChildren])[] {
  return Object.entries(words.usageNames)
    .map(([name, label]) =>
      [label, (call.usage as Readonly<Record<string, unknown>> | undefined)?.[name]] as const
    )
    .filter(([, value]) => typeof value === "number" && value > 0)
    .map(([label, value]) => [label, wholeNumber(value as number)]);
}

/** The remedy for a refused request, with a link. */
function Remedy({ call }: { call: CallRecord }) {
  const [sentence, href, action] = call.outcome === "refused" ? refusalRemedies[call.status] ?? [] : [];
  if (sentence === undefined) return null;
  return (
    <p class="flex flex-wrap items-center gap-3">
      <span class="min-w-0 flex-1">{sentence}</span>
      {href && <a class="btn btn-small" href={href}>{action}</a>}
    </p>
  );
}

function Details({ call, onShow }: { call: CallDetail; onShow: (id: string) => void }) {
  return (
    <div class="grid gap-6">
      <div class="flex flex-wrap items-center gap-3">
        <OutcomeChip outcome={call.outcome} status={call.status} />
        <span class="num text-mute">{dateTime(call.at)}</span>
        <button
          type="button"
          class="btn btn-small ms-auto"
          onClick={() => void copyText(JSON.stringify(call, null, 2))}
        >
          <Icon name="copy" />
          {words.copyJson}
        </button>
      </div>
      {call.message && (
        <Problem>
          {call.failure && `${callReasons[call.failure] ?? call.failure}: `}
          {call.message}
        </Problem>
      )}
      <Remedy call={call} />
      <Section title={words.timeline}>
        <Timeline call={call} />
      </Section>
      <Section title={words.replayTitle}>
        <Replay call={call} />
      </Section>
      <Facts rows={factRows(call)} />
      {call.usage && (
        <Section title={words.usage}>
          <Facts rows={usageRows(call)} />
        </Section>
      )}
      {call.bodies && (
        <Section title={words.bodies}>
          <KeptConversation bodies={call.bodies} />
        </Section>
      )}
      {call.session !== "" && (
        <Section title={words.thread}>
          <SessionThread call={call} onShow={onShow} />
        </Section>
      )}
      {call.warnings.length > 0 && (
        <Section title={words.warnings}>
          <ul class="list-disc ps-5">{call.warnings.map((warning) => <li key={warning}>{warning}</li>)}</ul>
        </Section>
      )}
    </div>
  );
}

function Neighbour(
  { label, id, onShow }: { label: string; id: string | undefined; onShow: (id: string) => void },
) {
  return (
    <button
      type="button"
      class="btn btn-small"
      disabled={id === undefined}
      onClick={() => id && onShow(id)}
    >
      {label}
    </button>
  );
}

/** One call in full, read again when it is opened. */
export function RequestDrawer({ id, newer, older, onShow, onClose }: {
  id: string;
  /** Its neighbours in the list; undefined at an end. */
  newer: string | undefined;
  older: string | undefined;
  onShow: (id: string) => void;
  onClose: () => void;
}) {
  const call = useSignal<CallDetail | undefined>(undefined);
  const problem = useSignal("");
  useEffect(() => {
    let left = false;
    problem.value = "";
    readRequest(api, id).then(
      (found) => left || (call.value = found),
      (error) => left || (problem.value = messageOf(error)),
    );
    return () => left = true;
  }, [id]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      const wanted = event.key === "j" ? older : event.key === "k" ? newer : undefined;
      if (wanted !== undefined) onShow(wanted);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [newer, older]);
  return (
    <Dialog title={words.details(id)} open side onClose={onClose}>
      <div class="mb-4 flex gap-2">
        <Neighbour label={words.previous} id={newer} onShow={onShow} />
        <Neighbour label={words.next} id={older} onShow={onShow} />
      </div>
      {problem.value && <Problem>{problem.value}</Problem>}
      {call.value
        ? <Details call={call.value} onShow={onShow} />
        : !problem.value && <div class="h-40 animate-pulse rounded-lg bg-sunken" aria-hidden="true" />}
    </Dialog>
  );
}
