import type { Accounts as AccountsView, QuotaBoard as BoardView } from "../src/management/contract.ts";
import {
  type CapsView,
  readBoard,
  readCaps,
  readUsage,
  type UsageView,
} from "../components/quotas/read_quotas.ts";
import type { KeyRow } from "../components/shared/views.ts";
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { keyName } from "../components/shared/format.ts";
import { keepInAddress, useOpened } from "../components/shared/live/address.ts";
import { api } from "../components/shared/live/browser_api.ts";
import { paced, useResource } from "../components/shared/live/resource.ts";
import { AccountBudgets } from "../components/quotas/account_budgets.tsx";
import { QuotaBoard } from "../components/quotas/board.tsx";
import { CapList } from "../components/quotas/cap_list.tsx";
import { CellDrawer } from "../components/quotas/cell_drawer.tsx";
import { ScheduleForm } from "../components/quotas/schedule_form.tsx";
import { UsageCard } from "../components/quotas/usage_card.tsx";
import { quotasText } from "../components/quotas/words.ts";
import { text } from "../components/shared/words.ts";
import { Problem } from "../components/shared/ui/card.tsx";

const words = quotasText;

export interface QuotasProps {
  readonly board: BoardView;
  readonly accounts: AccountsView["accounts"];
  readonly caps: CapsView;
  readonly keys: readonly Pick<KeyRow, "id" | "label" | "email" | "tail">[];
  readonly usage: UsageView;
  /** What a new cap is for, when the form is open at once; empty for a choice. */
  readonly add: string | undefined;
  /** Words that narrow the board. */
  readonly filter: string;
  /** The cell that is open, by its bucket. */
  readonly cell: string;
  /** Models, `group:` and `client:` names that a cap can be for. */
  readonly targets: readonly string[];
}

/** A project that is only known as one key gets that key's name. */
function namedProjects(usage: UsageView, keys: QuotasProps["keys"]): UsageView {
  const names = new Map(keys.map((key) => [key.id, keyName(key)]));
  return {
    ...usage,
    projects: {
      ...usage.projects,
      rows: usage.projects.rows.map((row) => ({ ...row, name: names.get(row.name) ?? row.name })),
    },
  };
}

/** The board, read again when something happens and soon after its filter changes. */
function useBoard(initial: BoardView, filter: string) {
  const typed = useSignal(filter);
  const board = useResource(
    initial,
    () => readBoard(api, typed.peek().trim()),
    ["pool_update", "request"],
    2_000,
    10_000,
  );
  const search = useMemo(() => paced(board.refresh, 0), []);
  const type = (value: string) => {
    keepInAddress("q", typed.value = value);
    search.poke();
  };
  return { board, typed, type };
}

/** What Google allows, what the owner allows, and how long it lasts. */
export default function Quotas(props: QuotasProps) {
  const { board, typed, type } = useBoard(props.board, props.filter);
  const opened = useOpened("cell", props.cell);
  const capping = useSignal<string | undefined>(props.add);
  const caps = useResource(props.caps, () => readCaps(api), [
    "usage:cap-updated",
    "usage:cap-warning",
    "usage:cap-exceeded",
    "request",
  ]);
  const usage = useResource(props.usage, () => readUsage(api), ["request"], 5_000);
  const accounts = useResource(
    props.accounts,
    async () => (await api.accounts()).accounts,
    ["pool_update"],
    10_000,
  );
  const shown = board.value.value;
  const cell = shown.cells.find(({ bucket }) => bucket === opened.value);
  return (
    <div class="grid gap-4 lg:gap-5">
      {board.problem.value && <Problem>{text.loadFailed(board.problem.value)}</Problem>}
      <QuotaBoard
        board={shown}
        filtered={typed.value !== ""}
        onOpen={({ bucket }) => opened.open(bucket)}
        filter={
          <input
            type="search"
            class="field !w-56 max-sm:!w-full"
            placeholder={words.filterHint}
            aria-label={words.filter}
            value={typed}
            onInput={(event) => type(event.currentTarget.value)}
          />
        }
      />
      <AccountBudgets accounts={accounts.value.value} refresh={accounts.refresh} />
      <div class="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div class="grid gap-4 lg:gap-5">
          <CapList
            caps={caps.value.value}
            adding={capping.value}
            onAdd={(target) => capping.value = target}
            targets={props.targets}
            refresh={caps.refresh}
          />
          <ScheduleForm caps={caps.value.value} refresh={caps.refresh} />
        </div>
        <UsageCard usage={namedProjects(usage.value.value, props.keys)} />
      </div>
      <CellDrawer
        cell={cell}
        project={shown.projects.find(({ id }) => id === cell?.project)}
        set={shown.limits.find(({ name }) => name === cell?.limitName)}
        refresh={board.refresh}
        onCap={(model) => {
          opened.close();
          capping.value = model;
        }}
        onClose={opened.close}
      />
    </div>
  );
}
