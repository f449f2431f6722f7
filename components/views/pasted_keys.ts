const KEY_REGEXP = /AIza[0-9A-Za-z_-]{30,}|AQ\.[0-9A-Za-z_-]{20,}/g;

/** The keys in a pasted text: whatever looks like one anywhere in it; otherwise one a line or comma. Each once. */
export function pastedKeys(text: string): readonly string[] {
  const found = text.match(KEY_REGEXP) ?? [];
  const loose = text.split(/[\s,;]+/).map((word) => word.replace(/^["']|["']$/g, "")).filter((word) =>
    word.length >= 8
  );
  return [...new Set(found.length > 0 ? found : loose)];
}

/** What a key is called before it is known: its last four characters. */
export function pastedName(key: string): string {
  return key.length < 12 ? "…" : `…${key.slice(-4)}`;
}
