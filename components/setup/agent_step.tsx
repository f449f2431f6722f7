import type { Agent as AgentRow, InstalledAgents } from "../../src/management/contract.ts";
import type { ConnectionView } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import { ConnectionCard } from "../shared/connection/connection_card.tsx";
import { ConnectionFold } from "../shared/connection/connection_fold.tsx";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { copyText } from "../shared/live/clipboard.ts";
import { showToast } from "../shared/live/toasts.ts";
import { text } from "../shared/words.ts";
import { setupText } from "./words.ts";
import { Problem } from "../shared/ui/card.tsx";
import { Icon } from "../shared/ui/icon.tsx";

type AgentChange = InstalledAgents["results"][number];

const words = setupText;
/** The list's entry for every other client. */
const MANUAL = "manual";

function lineTone(line: string): string {
  if (line.startsWith("+")) return "text-good";
  return line.startsWith("-") ? "text-bad" : "text-mute";
}

/** Lines that the user must run or paste. */
function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <div class="flex items-start gap-2 rounded-lg bg-accent-wash px-3 py-2">
      <code class="min-w-0 flex-1 font-mono text-xs break-all whitespace-pre-wrap">{lines.join("\n")}</code>
      <button type="button" class="btn btn-small" onClick={() => void copyText(lines.join("\n"))}>
        <Icon name="copy" />
        {text.copy}
      </button>
    </div>
  );
}

function Change({ change }: { change: AgentChange }) {
  return (
    <li class="grid grid-cols-1 gap-2">
      <p class="flex items-center gap-2 font-medium">
        <span class={change.ok ? "text-good" : "text-bad"}>
          <Icon name={change.ok ? "check" : "alert"} />
        </span>
        {change.agent}
        <span class="font-normal text-mute">{change.message}</span>
      </p>
      {change.notes.length > 0 && (
        <ul class="list-disc ps-5 text-mute">{change.notes.map((note) => <li key={note}>{note}</li>)}</ul>
      )}
      {change.lines.length > 0 && <Lines lines={change.lines} />}
      <pre class="max-h-72 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs" tabIndex={0}>
        {(change.diff || words.noDiff).split("\n").map((line, index) => <span key={index} class={`block ${lineTone(line)}`}>{line || " "}</span>)}
      </pre>
    </li>
  );
}

function Choice({ agent, chosen, onToggle }: { agent: AgentRow; chosen: boolean; onToggle: () => void }) {
  const state = agent.installed ? words.agentReady : agent.detected ? words.agentFound : words.agentMissing;
  return (
    <li>
      <label class="flex items-center gap-3 rounded-lg px-2 py-1.5 hover:bg-sunken">
        <input type="checkbox" class="size-4 accent-(--accent)" checked={chosen} onChange={onToggle} />
        <span class="w-32 shrink-0 font-medium">{agent.name}</span>
        <span class="min-w-0 flex-1 truncate text-xs text-mute max-sm:invisible" title={agent.path}>
          {agent.path}
        </span>
        <span class={`chip ${agent.installed ? "chip-good" : agent.detected ? "chip-accent" : ""}`}>
          {state}
        </span>
      </label>
    </li>
  );
}

function Choices({ agents, chosen, onToggle }: {
  agents: readonly AgentRow[];
  chosen: readonly string[];
  onToggle: (id: string) => void;
}) {
  return (
    <ul class="grid grid-cols-1 gap-0.5">
      {agents.map((agent) => (
        <Choice
          key={agent.id}
          agent={agent}
          chosen={chosen.includes(agent.id)}
          onToggle={() => onToggle(agent.id)}
        />
      ))}
    </ul>
  );
}

interface AgentStepProps {
  readonly agents: readonly AgentRow[];
  readonly connection: ConnectionView;
  readonly refresh: () => Promise<void>;
}

/** Third: which agents use the proxy; the changes are shown before they are made. Without an agent: what any client needs. */
export function AgentStep({ agents, connection, refresh }: AgentStepProps) {
  const here = agents.filter(({ detected, installed }) => detected || installed);
  // Other clients have their lines on the card.
  const others = agents.filter((agent) => agent.id !== MANUAL && !here.includes(agent));
  const chosen = useSignal<readonly string[]>(
    agents.filter((one) => one.detected && !one.installed).map((one) => one.id),
  );
  const changes = useSignal<readonly AgentChange[]>([]);
  const problem = useSignal("");
  const toggle = (id: string) => {
    chosen.value = chosen.value.includes(id)
      ? chosen.value.filter((one) => one !== id)
      : [...chosen.value, id];
    changes.value = [];
  };
  const ask = async (dryRun: boolean) => {
    problem.value = "";
    try {
      changes.value = (await api.installAgents({ agents: chosen.value, dryRun })).results;
      if (!dryRun) {
        showToast(words.applied(changes.value.filter((change) => change.ok).length), { tone: "good" });
      }
    } catch (error) {
      problem.value = messageOf(error);
    }
    if (!dryRun) await refresh();
  };
  return (
    <div class="grid grid-cols-1 gap-4">
      <p class="text-mute">{here.length === 0 ? words.agentsNone : words.agentsLead}</p>
      {here.length > 0 && <Choices agents={here} chosen={chosen.value} onToggle={toggle} />}
      {here.length > 0
        ? <ConnectionFold connection={connection} />
        : <ConnectionCard connection={connection} />}
      {others.length > 0 && (
        <details>
          <summary class="text-mute">{words.agentsOther(others.length)}</summary>
          <div class="mt-2">
            <Choices agents={others} chosen={chosen.value} onToggle={toggle} />
          </div>
        </details>
      )}
      <div class={`flex flex-wrap gap-2 ${here.length + chosen.value.length === 0 ? "hidden" : ""}`}>
        <button type="button" class="btn" disabled={chosen.value.length === 0} onClick={() => ask(true)}>
          {words.preview}
        </button>
        <button
          type="button"
          class="btn btn-primary"
          disabled={changes.value.length === 0}
          onClick={() => ask(false)}
        >
          {words.apply}
        </button>
      </div>
      {problem.value && <Problem>{problem.value}</Problem>}
      {changes.value.length > 0 && (
        <ul class="grid grid-cols-1 gap-4">
          {changes.value.map((change) => <Change key={change.agent} change={change} />)}
        </ul>
      )}
    </div>
  );
}
