import { useSignal } from "@preact/signals";
import type { CatalogView, KeyRow } from "../components/data/views.ts";
import { messageOf, send } from "../components/live/browser_api.ts";
import { configuration } from "../components/live/configuration.ts";
import { useResource } from "../components/live/resource.ts";
import { say } from "../components/live/toasts.ts";
import { ModelMatrix } from "../components/models/model_matrix.tsx";
import { NamedEditor } from "../components/models/named_editor.tsx";
import { modelsText } from "../components/text/models.ts";
import { Card } from "../components/ui/card.tsx";
import { Icon } from "../components/ui/icon.tsx";

const words = modelsText;

export interface ModelsProps {
  readonly catalog: CatalogView;
  readonly keys: readonly KeyRow[];
  readonly typed: string;
}

function RefreshButton({ refresh }: { refresh: () => Promise<number> }) {
  const busy = useSignal(false);
  const run = async () => {
    busy.value = true;
    try {
      await send("POST", "/api/refresh-models");
      say(words.refreshed(await refresh()), { tone: "good" });
    } catch (error) {
      say(messageOf(error), { tone: "bad" });
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

/** The matrix, and the user's own names, groups and fallbacks. */
export default function Models(props: ModelsProps) {
  const catalog = useResource(props.catalog, configuration.catalog, ["stats_update"], 5_000);
  const { models, aliases, groups, fallbacks } = catalog.value.value;
  const refresh = async () => {
    await catalog.refresh();
    return catalog.value.value.models.length;
  };
  const shared = { refresh: catalog.refresh };
  return (
    <div class="grid gap-4 lg:gap-5">
      <Card
        title={words.matrix}
        note={words.matrixNote(models.length, props.keys.length)}
        action={<RefreshButton refresh={refresh} />}
        flush
      >
        <ModelMatrix models={models} keys={props.keys} typed={props.typed} />
      </Card>
      <div class="grid items-start gap-4 lg:gap-5 xl:grid-cols-3">
        <NamedEditor
          {...shared}
          title={words.aliases}
          note={words.aliasesNote}
          rows={aliases}
          nameLabel={words.aliasName}
          modelsLabel={words.aliasTarget}
          path="/api/aliases"
          bodyOf={([target]) => ({ target })}
        />
        <NamedEditor
          {...shared}
          title={words.groups}
          note={words.groupsNote}
          rows={groups}
          nameLabel={words.groupName}
          modelsLabel={words.groupModels}
          path="/api/quota-groups"
          bodyOf={(list) => ({ models: list })}
        />
        <NamedEditor
          {...shared}
          title={words.fallbacks}
          note={words.fallbacksNote}
          rows={fallbacks}
          nameLabel={words.fallbackName}
          modelsLabel={words.fallbackModels}
          path="/api/fallbacks"
          bodyOf={(list) => ({ to: list })}
        />
      </div>
    </div>
  );
}
