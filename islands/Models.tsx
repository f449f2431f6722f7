import { readSpeeds } from "../components/models/read_speeds.ts";
import { readCatalog } from "../components/shared/models/read_catalog.ts";
import type {
  CatalogView,
  KeyRow,
  ModelSpeed,
  NamedModels,
  OverviewView,
} from "../components/shared/views.ts";
import { useSignal } from "@preact/signals";
import { api, messageOf } from "../components/shared/live/browser_api.ts";
import { useOverview } from "../components/shared/live/overview.ts";
import { useResource } from "../components/shared/live/resource.ts";
import { showToast } from "../components/shared/live/toasts.ts";
import { ModelTable } from "../components/shared/models/model_table.tsx";
import { ModelRules } from "../components/models/model_rules.tsx";
import { NamedEditor, type NamedKind } from "../components/models/named_editor.tsx";
import { modelsText } from "../components/models/words.ts";
import { Card } from "../components/shared/ui/card.tsx";
import { Icon } from "../components/shared/ui/icon.tsx";
import { modelTableText } from "../components/shared/models/words.ts";

const words = modelsText;

const KNOWN = "known-models";
const KINDS: readonly NamedKind[] = [
  {
    title: words.aliases,
    note: words.aliasesNote,
    nameLabel: words.aliasName,
    modelsLabel: words.aliasTarget,
    id: "aliases",
    shape: "one",
    put: (name, [target = ""], seen) => api.putAlias(name, { target }, seen),
    remove: api.removeAlias,
  },
  {
    title: words.fallbacks,
    note: words.fallbacksNote,
    nameLabel: words.fallbackName,
    modelsLabel: words.fallbackModels,
    id: "fallbacks",
    shape: "chain",
    put: (name, to, seen) => api.putFallback(name, { to }, seen),
    remove: api.removeFallback,
  },
  {
    title: words.groups,
    note: words.groupsNote,
    nameLabel: words.groupName,
    modelsLabel: words.groupModels,
    id: "groups",
    shape: "any",
    put: (name, models, seen) => api.putQuotaGroup(name, { models }, seen),
    remove: api.removeQuotaGroup,
  },
];

export interface ModelsProps {
  readonly catalog: CatalogView;
  /** The first page of them. */
  readonly keys: readonly KeyRow[];
  /** All keys there are. */
  readonly total: number;
  readonly overview: OverviewView;
  readonly speeds: Readonly<Record<string, ModelSpeed>>;
  readonly typed: string;
}

function RefreshButton({ refresh }: { refresh: () => Promise<number> }) {
  const busy = useSignal(false);
  const run = async () => {
    busy.value = true;
    try {
      await api.refreshModels();
      showToast(words.refreshed(await refresh()), { tone: "good" });
    } catch (error) {
      showToast(messageOf(error), { tone: "bad" });
    }
    busy.value = false;
  };
  return (
    <button type="button" class="btn btn-small" disabled={busy.value} onClick={run}>
      <Icon name="refresh" />
      {words.refresh}
    </button>
  );
}

/** Every model with what people choose by, and the user's own names, groups and fallbacks. */
export default function Models(props: ModelsProps) {
  const catalog = useResource(props.catalog, () => readCatalog(api), ["stats_update"], 5_000);
  const { overview } = useOverview(props.overview);
  const { total } = overview.keys;
  const speeds = useResource(props.speeds, () => readSpeeds(api), ["request"], 10_000);
  const { models, aliases, groups, fallbacks, rules } = catalog.value.value;
  const rows: Readonly<Record<NamedKind["id"], readonly NamedModels[]>> = { aliases, groups, fallbacks };
  const refresh = async () => {
    await catalog.refresh();
    return catalog.value.value.models.length;
  };
  return (
    <div class="grid gap-4 lg:gap-5">
      <Card
        title={modelTableText.matrix}
        note={words.matrixNote(models.length, total)}
        action={<RefreshButton refresh={refresh} />}
        flush
      >
        <ModelTable
          models={models}
          keys={props.keys}
          total={total}
          figures={{ rows: overview.models, speeds: speeds.value.value }}
          typed={props.typed}
        />
      </Card>
      <datalist id={KNOWN}>
        {models.map((model) => <option key={model.id} value={model.id} />)}
      </datalist>
      <div id="names" class="grid scroll-mt-20 items-start gap-4 md:grid-cols-2 lg:gap-5 2xl:grid-cols-4">
        {KINDS.map((kind) => (
          <NamedEditor
            key={kind.id}
            kind={kind}
            rows={rows[kind.id]}
            known={KNOWN}
            refresh={catalog.refresh}
          />
        ))}
        <ModelRules rules={rules} known={KNOWN} refresh={catalog.refresh} />
      </div>
    </div>
  );
}
