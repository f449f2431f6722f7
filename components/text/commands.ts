/** Words of what opens from the shell. */
export const themeText = {
  mode: "Brightness",
  palette: "Colours",
  modes: { light: "Light", dark: "Dark", system: "System" },
  palettes: { harbour: "Harbour", ember: "Ember", moss: "Moss", plum: "Plum", graphite: "Graphite" },
} as const;

export const paletteText = {
  label: "Command palette",
  placeholder: "Go to a page, find a key, a model, a request …",
  nothing: "Nothing is called like that.",
  pages: "Pages",
  actions: "Actions",
  keys: "Keys",
  models: "Models",
  addKeys: "Add keys",
  checkKeys: "Check every key",
  themeLight: "Light theme",
  themeDark: "Dark theme",
  themeSystem: "Theme of the system",
  searchRequests: (words: string) => `Search requests for “${words}”`,
} as const;
