import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { KeyRow, SuggestionRow } from "../components/data/views.ts";
import { AddKeysForm } from "../components/keys/add_keys_form.tsx";
import { checkAll } from "../components/keys/check_all.ts";
import { keyActions } from "../components/keys/key_actions.ts";
import { KeyDrawer } from "../components/keys/key_drawer.tsx";
import { KeyTable } from "../components/keys/key_table.tsx";
import { OAuthForm } from "../components/keys/oauth_form.tsx";
import { SuggestionList } from "../components/keys/suggestion_list.tsx";
import { keepInAddress, useOpened } from "../components/live/address.ts";
import { data } from "../components/live/browser_api.ts";
import { useResource } from "../components/live/resource.ts";
import { say } from "../components/live/toasts.ts";
import { text } from "../components/text/shell.ts";
import { keysText } from "../components/text/keys.ts";
import { Empty, Problem } from "../components/ui/card.tsx";
import { Dialog } from "../components/ui/dialog.tsx";
import { Icon } from "../components/ui/icon.tsx";
import { filterKeys, keyLines } from "../components/views/key_lines.ts";

const words = keysText;
const STATUSES = ["active", "cooldown", "disabled", "dead"] as const;

export interface KeysProps {
  readonly keys: readonly KeyRow[];
  readonly suggestions: readonly SuggestionRow[];
  readonly words: string;
  readonly status: string;
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
    const well = await checkAll(keys, (count) => done.value = count);
    done.value = undefined;
    say(words.checked(well, keys.length), { tone: "good" });
    await refresh();
  };
  return (
    <button type="button" class="btn" disabled={done.value !== undefined || keys.length === 0} onClick={run}>
      <Icon name="refresh" />
      {done.value === undefined ? words.checkAll : words.checking(done.value, keys.length)}
    </button>
  );
}

/** The keys under their projects, with all that can be done to them. */
export default function Keys(props: KeysProps) {
  const keys = useResource(props.keys, data.keys, ["stats_update", "pool_update"]);
  const typed = useSignal(props.words);
  const status = useSignal(props.status);
  const focus = useOpened("focus", props.focus);
  const open = useSignal<Open>("");
  useEffect(() => {
    if (props.add) open.value = "add";
    if (props.signIn) open.value = "oauth";
  }, []);
  const actions = useMemo(() => keyActions(keys.refresh), []);
  const all = keys.value.value;
  const shown = filterKeys(all, { words: typed.value, status: status.value });
  const focused = all.find((key) => key.id === focus.value);
  return (
    <>
      <div class="mb-4 flex flex-wrap items-center gap-2">
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
      {shown.length > 0
        ? <KeyTable lines={keyLines(shown)} onOpen={(key) => focus.open(key.id)} />
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
