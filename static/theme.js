// Runs before the first paint, so that no page flashes in the wrong theme. The theme menu calls geminitroTheme().
(function () {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function read(name, fallback) {
    try {
      return localStorage.getItem("geminitro." + name) || fallback;
    } catch {
      return fallback;
    }
  }
  function apply() {
    const mode = read("mode", "system");
    root.dataset.theme = mode === "system" ? (dark.matches ? "dark" : "light") : mode;
    root.dataset.palette = read("palette", "harbour");
  }
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  globalThis.geminitroTheme = apply;
})();
