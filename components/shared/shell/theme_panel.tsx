import { themeText } from "./words.ts";
import { useEffect } from "preact/hooks";
import { chooseTheme, MODES, PALETTES, readTheme, theme } from "./theme.ts";

const words = themeText;

function Choice({ label, chosen, onChoose }: { label: string; chosen: boolean; onChoose: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      class="rounded-md px-2 py-1 text-start text-soft hover:bg-sunken aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
      onClick={onChoose}
    >
      {label}
    </button>
  );
}

/** Light, dark or as the system; and the colours. Kept in this browser. */
export function ThemePanel() {
  useEffect(readTheme, []);
  return (
    <div class="sheet absolute end-0 z-50 mt-2 grid w-60 gap-3 rounded-xl p-3 lg:inset-x-0 lg:bottom-full lg:mb-2 lg:w-auto">
      <div role="group" aria-label={words.mode}>
        <p class="label">{words.mode}</p>
        <div class="flex flex-wrap gap-1">
          {MODES.map((mode) => (
            <Choice
              key={mode}
              label={words.modes[mode]}
              chosen={theme.value.mode === mode}
              onChoose={() => chooseTheme({ mode })}
            />
          ))}
        </div>
      </div>
      <div role="group" aria-label={words.palette}>
        <p class="label">{words.palette}</p>
        <div class="grid gap-0.5">
          {PALETTES.map((palette) => (
            <Choice
              key={palette}
              label={words.palettes[palette]}
              chosen={theme.value.palette === palette}
              onChoose={() => chooseTheme({ palette })}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
