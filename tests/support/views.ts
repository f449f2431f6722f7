/** Both themes and both widths, each once: what a theme breaks does not depend on the width. */
export const VIEWS = [{ theme: "light", width: 1280 }, { theme: "dark", width: 390 }] as const;
