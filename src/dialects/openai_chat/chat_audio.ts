/** True for bare samples, Gemini's `audio/L16;codec=pcm;rate=24000`. */
function isPcm(mimeType: string): boolean {
  return /^audio\/(l16|pcm)\b/i.test(mimeType);
}

/** The pieces of an audio answer as one base64 text in the client's format: bare PCM, or WAV with its header. */
export function joinAudio(pieces: readonly { mimeType: string; data: string }[], format: string): string {
  const first = pieces[0];
  if (first === undefined) return "";
  const samples = concat(pieces.map(({ data }) => fromBase64(data)));
  if (!isPcm(first.mimeType) || format === "pcm16") return toBase64(samples);
  const rate = Number(/rate=(\d+)/.exec(first.mimeType)?.[1] ?? 24_000);
  return toBase64(concat([wavHeader(samples.length, rate), samples]));
}

/** RIFF header of 16-bit mono samples. */
function wavHeader(length: number, rate: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(44));
  const text = (at: number, word: string) =>
    [...word].forEach((c, i) => header.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  header.setUint32(4, 36 + length, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, rate, true);
  header.setUint32(28, rate * 2, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  text(36, "data");
  header.setUint32(40, length, true);
  return new Uint8Array(header.buffer);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(pieces.join(""));
}
