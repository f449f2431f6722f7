import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { KeyRow, SuggestionRow } from "../components/data/views.ts";
import { AccountCard } from "../components/keys/account_card.tsx";
import { AddKeysForm } from "../components/keys/add_keys_form.tsx";
import { BulkBar } from "../components/keys/bulk_bar.tsx";
import { keyActions } from "../components/keys/key_actions.ts";
import { KeyDrawer } from "../components/keys/key_drawer.tsx";
import { KeyTable } from "../components/keys/key_table.tsx";
import { OAuthForm } from "../components/keys/oauth_form.tsx";
import { onEach } from "../components/keys/on_each.ts";
import { SuggestionList } from "../components/keys/suggestion_list.tsx";
import { keepInAddress, useOpened } from "../components/live/address.ts";
import { api, data } from "../components/live/browser_api.ts";
import { useResource } from "../components/live/resource.ts";
import { showToast } from "../components/live/toasts.ts";
import { text } from "../components/text/shell.ts";
import { keysText } from "../components/text/keys.ts";
import { Empty, Problem } from "../components/ui/card.tsx";
import { Dialog } from "../components/ui/dialog.tsx";
import { Icon } from "../components/ui/icon.tsx";
import { filterKeys, keyLines, sortKeys } from "../components/views/key_lines.ts";

const words = keysText;
const STATUSES = ["active", "cooldown", "disabled", "dead"] as const;

export interface KeysProps {
  readonly keys: readonly KeyRow[];
  readonly suggestions: readonly SuggestionRow[];
  readonly words: string;
  readonly status: string;
  /** What the keys of a project are sorted by; empty for the order in which they came. */
  readonly sort: string;
  /** The id of the key to show at once; empty for none. */
  readonly focus: string;
  readonly add: boolean;
  readonly signIn: boolean;
}

type Open = "" | "add" | "oauth";

function CheckAllButton({ keys, refresh }: { keys: readonly KeyRow[]; refresh: () => Promise<void> }) {
  const done = useSignal<number | undefined>(undefined);
  const run = async () => {
    done.value = 0;
    const check = async (key: KeyRow) => {
      const { ok, reason = "" } = await api.checkKey(key.id);
      if (!ok) throw new Error(reason);
    };
    const { done: well } = await onEach(keys, check, (count) => done.value = count);
    done.value = undefined;
    showToast(words.checked(well, keys.length), { tone: "good" });
    await refresh();
  };
  return (
    <button type="button" class="btn" disabled={done.value !== undefined || keys.length === 0} onClick={run}>
      <Icon name="refresh" />
      {done.value === undefined ? words.checkAll : words.checking(done.value, keys.length)}
    </button>
  );
}

/** What narrows and orders the list; kept in the address. */
function Narrowing({ typed, status, sort }: Readonly<Record<"typed" | "status" | "sort", Signal<string>>>) {
  return (
    <>
      <input
        type="search"
        class="field !w-64 max-sm:!w-full"
        placeholder={words.filter}
        aria-label={words.filter}
        value={typed}
        onInput={(event) => keepInAddress("q", typed.value = event.currentTarget.value)}
      />
      <select
        class="field !w-auto"
        aria-label={words.status}
        value={status}
        onChange={(event) => keepInAddress("status", status.value = event.currentTarget.value)}
      >
        <option value="">{words.anyStatus}</option>
        {STATUSES.map((one) => <option key={one} value={one}>{text.status[one]}</option>)}
      </select>
      <select
        class="field !w-auto"
        aria-label={words.sort}
        value={sort}
        onChange={(event) => keepInAddress("sort", sort.value = event.currentTarget.value)}
      >
        {Object.entries(words.sorts).map(([by, name]) => <option key={by} value={by}>{name}</option>)}
      </select>
    </>
  );
}

/** Changes whenever an account came, went, or stands otherwise. */
function accountsIn(keys: readonly KeyRow[]): string {
  return keys.filter(({ source }) => source !== "api_key").map(({ id, status }) => `${id} ${status}`).join();
}

/** The keys under their projects, with all that can be done to them. */
export default function Keys(props: KeysProps) {
  const keys = useResource(props.keys, data.keys, ["stats_update", "pool_update"]);
  const typed = useSignal(props.words);
  const status = useSignal(props.status);
  const sort = useSignal(props.sort);
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const focus = useOpened("focus", props.focus);
  const open = useSignal<Open>("");
  useEffect(() => {
    if (props.add) open.value = "add";
    if (props.signIn) open.value = "oauth";
  }, []);
  const actions = useMemo(() => keyActions(keys.refresh), []);
  const all = keys.value.value;
  const shown = sortKeys(filterKeys(all, { words: typed.value, status: status.value }), sort.value);
  const chosen = shown.filter((key) => selected.value.has(key.id));
  const select = (ids: readonly string[], on: boolean) => {
    const next = new Set(selected.value);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    selected.value = next;
  };
  const focused = all.find((key) => key.id === focus.value);
  return (
    <>
      <div class="mb-4 flex flex-wrap items-center gap-2">
        <Narrowing typed={typed} status={status} sort={sort} />
        <span class="num text-mute">{words.shown(shown.length, all.length)}</span>
        <div class="ms-auto flex flex-wrap gap-2">
          <CheckAllButton keys={all} refresh={keys.refresh} />
          <button type="button" class="btn" onClick={() => open.value = "oauth"}>{words.signIn}</button>
          <button type="button" class="btn btn-primary" onClick={() => open.value = "add"}>
            <Icon name="plus" />
            {words.add}
          </button>
        </div>
      </div>
      {keys.problem.value && <Problem>{text.loadFailed(keys.problem.value)}</Problem>}
      <SuggestionList initial={props.suggestions} keys={all} refresh={keys.refresh} />
      <AccountCard changed={accountsIn(all)} />
      {chosen.length > 0 && (
        <BulkBar
          keys={chosen}
          refresh={keys.refresh}
          onClear={() => selected.value = new Set()}
        />
      )}
      {shown.length > 0
        ? (
          <KeyTable
            lines={keyLines(shown)}
            onOpen={(key) => focus.open(key.id)}
            selected={selected.value}
            onSelect={select}
          />
        )
        : (
          <div class="card">
            <Empty icon="keys" title={all.length === 0 ? words.emptyTitle : words.nothing}>
              {all.length === 0 ? words.empty : words.nothingDetail}
            </Empty>
          </div>
        )}
      <Dialog title={words.addTitle} open={open.value === "add"} onClose={() => open.value = ""}>
        <AddKeysForm onAdded={() => void keys.refresh()} />
      </Dialog>
      <Dialog title={words.oauthTitle} open={open.value === "oauth"} onClose={() => open.value = ""}>
        <OAuthForm onAdded={() => void keys.refresh()} />
      </Dialog>
      {focused && <KeyDrawer row={focused} actions={actions} onClose={focus.close} />}
    </>
  );
}
