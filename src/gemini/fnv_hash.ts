/** 64 bits of FNV-1a over UTF-16 code units as 13 base-36 digits or fewer: a stable name for a text, nothing secret. */
export function fnvHash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 15), 0x01000193);
  }
  return (high >>> 0).toString(36) + (low >>> 0).toString(36);
}
