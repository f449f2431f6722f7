import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { text } from "../text/shell.ts";
import { Icon } from "../ui/icon.tsx";

/** The button of the appearance; its panel comes over the wire when it is first opened. */
export function ThemeMenu() {
  const Panel = useSignal<FunctionComponent | undefined>(undefined);
  const load = async () => {
    Panel.value ??= (await import("./theme_panel.tsx")).ThemePanel;
  };
  return (
    <details class="relative lg:static" onToggle={load}>
      <summary
        class="btn btn-quiet list-none [&::-webkit-details-marker]:hidden"
        aria-label={text.appearance}
      >
        <Icon name="theme" />
      </summary>
      {Panel.value && <Panel.value />}
    </details>
  );
}
