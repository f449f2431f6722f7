import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { connection, listen } from "../components/shared/live/live_events.ts";
import type { CommandPaletteProps } from "../components/shared/shell/command_palette.tsx";
import type { ShortcutListProps } from "../components/shared/shell/shortcut_list.tsx";
import { text } from "../components/shared/words.ts";
import { Icon } from "../components/shared/ui/icon.tsx";

const DOTS = { connecting: "bg-edge", live: "bg-good-fill", lost: "bg-bad-fill", paused: "bg-warn-fill" };

function LiveBadge() {
  return (
    <span
      class="inline-flex items-center gap-2 text-xs text-mute"
      role="status"
      data-connection={connection.value}
    >
      <span class={`size-2 shrink-0 rounded-full ${DOTS[connection.value]}`} aria-hidden="true" />
      <span class="max-sm:sr-only">{text.connection[connection.value]}</span>
    </span>
  );
}

/** The palette comes over the wire when it is first opened. */
function usePalette() {
  const open = useSignal(false);
  const Palette = useSignal<FunctionComponent<CommandPaletteProps> | undefined>(undefined);
  const show = async () => {
    Palette.value ??= (await import("../components/shared/shell/command_palette.tsx")).CommandPalette;
    open.value = true;
  };
  return { open, Palette, show };
}

/** The keyboard handler is loaded with the first key stroke, and the list of shortcuts on demand. */
function useKeyboard(openPalette: () => void) {
  const open = useSignal(false);
  const List = useSignal<FunctionComponent<ShortcutListProps> | undefined>(undefined);
  const openHelp = async () => {
    List.value ??= (await import("../components/shared/shell/shortcut_list.tsx")).ShortcutList;
    open.value = true;
  };
  useEffect(() => {
    const early: KeyboardEvent[] = [];
    const onEarly = (event: KeyboardEvent) => {
      // The browser has a use of its own for it, which cannot be taken back later.
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") event.preventDefault();
      if (early.push(event) === 1) void start();
    };
    const start = async () => {
      const { startKeyboard } = await import("../components/shared/shell/keyboard.ts");
      removeEventListener("keydown", onEarly);
      startKeyboard({ openPalette, openHelp: () => void openHelp() }, early);
    };
    addEventListener("keydown", onEarly);
  }, []);
  return { open, List };
}

/** The bottom of the menu: connection, palette, appearance, sign-out. */
export default function Shell() {
  const { open, Palette, show } = usePalette();
  const help = useKeyboard(() => void show());
  useEffect(() => {
    return listen("stale", () => {});
  }, []);
  return (
    <div class="flex items-center gap-1 lg:flex-col lg:items-stretch lg:gap-3">
      <button
        type="button"
        class="btn btn-quiet lg:justify-start lg:border-line"
        aria-label={text.openPalette}
        onClick={show}
      >
        <Icon name="search" />
        <span class="hidden text-mute lg:inline">{text.search}</span>{" "}
        <kbd class="hidden font-sans text-xs text-mute lg:ms-auto lg:inline">Ctrl K</kbd>
      </button>
      <div class="flex items-center gap-1 lg:relative">
        <div class="px-1 lg:me-auto lg:px-3">
          <LiveBadge />
        </div>
        <ThemeMenu />
        <form method="post" action="/dashboard/logout">
          <button type="submit" class="btn btn-quiet" aria-label={text.signOut} title={text.signOut}>
            <Icon name="out" />
          </button>
        </form>
      </div>
      {Palette.value && <Palette.value open={open} />}
      {help.List.value && <help.List.value open={help.open} />}
    </div>
  );
}

/** The button of the appearance; its panel comes over the wire when it is first opened. */
function ThemeMenu() {
  const Panel = useSignal<FunctionComponent | undefined>(undefined);
  const load = async () => {
    Panel.value ??= (await import("../components/shared/shell/theme_panel.tsx")).ThemePanel;
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
