import type { KeyRow } from "../components/shared/views.ts";
import type { SuggestionRow } from "../components/keys/suggestion_list.tsx";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { AccountCard } from "../components/keys/account_card.tsx";
import { AddKeysForm } from "../components/shared/keys/add_keys_form.tsx";
import { BulkBar } from "../components/keys/bulk_bar.tsx";
import { CheckAllButton } from "../components/keys/check_all.tsx";
import { KeyDrawer } from "../components/keys/key_drawer.tsx";
import { keyLines } from "../components/keys/key_lines.ts";
import { KeyTable } from "../components/keys/key_table.tsx";
import { Narrowing, Pager } from "../components/keys/narrowing.tsx";
import { OAuthForm } from "../components/keys/oauth_form.tsx";
import { type KeysQuery, type KeysView, readAllKeys } from "../components/shared/keys/read_keys.ts";
import { SuggestionList } from "../components/keys/suggestion_list.tsx";
import { useKeyList } from "../components/keys/use_keys.ts";
import { keysText } from "../components/keys/words.ts";
import { useOpened } from "../components/shared/live/address.ts";
import { api, messageOf } from "../components/shared/live/browser_api.ts";
import { showToast } from "../components/shared/live/toasts.ts";
import { text } from "../components/shared/words.ts";
import { Empty, Problem } from "../components/shared/ui/card.tsx";
import { Dialog } from "../components/shared/ui/dialog.tsx";
import { Icon } from "../components/shared/ui/icon.tsx";

const words = keysText;

export interface KeysProps {
  readonly view: KeysView;
  readonly query: KeysQuery;
  readonly suggestions: readonly SuggestionRow[];
  /** The id of the key to show at once; empty for none. */
  readonly focus: string;
  readonly focused?: KeyRow;
  readonly add: boolean;
  readonly signIn: boolean;
}

type Open = "" | "add" | "oauth";

/** A page of keys under their projects, with all that can be done to one and to many. */
export default function Keys(props: KeysProps) {
  const list = useKeyList(props.view, props.query);
  const { refresh, problem } = list.view;
  const selected = useSignal<ReadonlyMap<string, KeyRow>>(new Map());
  const focus = useOpened("focus", props.focus);
  const open = useSignal<Open>("");
  useEffect(() => {
    if (props.add) open.value = "add";
    if (props.signIn) open.value = "oauth";
  }, []);
  const { rows, total, all, projects } = list.view.value.value;
  const select = (keys: readonly KeyRow[], on: boolean) => {
    const next = new Map(selected.value);
    for (const key of keys) on ? next.set(key.id, key) : next.delete(key.id);
    selected.value = next;
  };
  const selectAll = () =>
    readAllKeys(api, list.query.value).then(
      (keys) => select(keys, true),
      (error) => void showToast(messageOf(error), { tone: "bad" }),
    );
  // The rows on the page are newer than those selected.
  const shown = new Map(rows.map((row) => [row.id, row]));
  const chosen = [...selected.value.values()].map((key) => shown.get(key.id) ?? key);
  const byProject = list.query.value.sort === "";
  return (
    <>
      <div class="mb-4 flex flex-wrap items-center gap-2">
        <Narrowing list={list} />
        <span class="num text-mute" role="status">{words.shown(total, all)}</span>
        <div class="ms-auto flex flex-wrap gap-2">
          <CheckAllButton none={all === 0} refresh={refresh} />
          <button type="button" class="btn" onClick={() => open.value = "oauth"}>{words.signIn}</button>
          <button type="button" class="btn btn-primary" onClick={() => open.value = "add"}>
            <Icon name="plus" />
            {words.add}
          </button>
        </div>
      </div>
      {problem.value && <Problem>{text.loadFailed(problem.value)}</Problem>}
      <SuggestionList initial={props.suggestions} refresh={refresh} />
      <AccountCard />
      {chosen.length > 0 && (
        <BulkBar
          keys={chosen}
          matching={total}
          onAll={selectAll}
          refresh={refresh}
          onClear={() => selected.value = new Map()}
        />
      )}
      <div class="card">
        {rows.length > 0
          ? (
            <KeyTable
              lines={byProject ? keyLines({ rows, projects }) : rows.map((key) => ({ kind: "key", key }))}
              onOpen={(key) => focus.open(key.id)}
              selected={selected.value}
              onSelect={select}
            />
          )
          : (
            <Empty icon="keys" title={all === 0 ? words.emptyTitle : words.nothing}>
              {all === 0 ? words.empty : words.nothingDetail}
            </Empty>
          )}
        <Pager list={list} />
      </div>
      <Dialog title={words.addTitle} open={open.value === "add"} onClose={() => open.value = ""}>
        <AddKeysForm onAdded={() => void refresh()} />
      </Dialog>
      <Dialog title={words.oauthTitle} open={open.value === "oauth"} onClose={() => open.value = ""}>
        <OAuthForm onAdded={() => void refresh()} />
      </Dialog>
      {focus.value !== "" && (
        <KeyDrawer
          key={focus.value}
          id={focus.value}
          initial={shown.get(focus.value) ?? (props.focused?.id === focus.value ? props.focused : undefined)}
          refresh={refresh}
          onClose={focus.close}
        />
      )}
    </>
  );
}
