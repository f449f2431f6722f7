/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const CONSTANTS = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
/** The same of their square roots, of the first eight (5.3.3). */
const START = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

const BLOCK_BYTES = 64;
/** Bytes at the end of the last block that hold the length. */
const LENGTH_BYTES = 8;

function primes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

function fraction(root: number): number {
  return (root - Math.floor(root)) * 2 ** 32;
}

/**
 * SHA-256 of a text in UTF-8, as hex: for tokens and other short texts in synchronous code, where
 * `crypto.subtle` cannot be awaited. Node's module would take 15 ms and 6 MiB of every start; for large texts it
 * is faster.
 */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const blocks = Math.ceil((bytes.length + 1 + LENGTH_BYTES) / BLOCK_BYTES);
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - LENGTH_BYTES, BigInt(bytes.length) * 8n);
  const state = Uint32Array.from(START);
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) mixBlock(state, view, at);
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

const turned = (word: number, bits: number) => word >>> bits | word << (32 - bits);

const words = new Uint32Array(64);

/** Mixes one block into the state (6.2.2). */
function mixBlock(state: Uint32Array, view: DataView, at: number): void {
  for (let index = 0; index < 16; index++) words[index] = view.getUint32(at + index * 4);
  for (let index = 16; index < 64; index++) {
    const [near, far] = [words[index - 2]!, words[index - 15]!];
    const nearSum = turned(near, 17) ^ turned(near, 19) ^ near >>> 10;
    const farSum = turned(far, 7) ^ turned(far, 18) ^ far >>> 3;
    words[index] = words[index - 16]! + farSum + words[index - 7]! + nearSum;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index++) {
    const choice = e & f ^ ~e & g;
    const first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + CONSTANTS[index]! +
      words[index]!;
    const majority = a & b ^ a & c ^ b & c;
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, d + first | 0, c, b, a, first + second | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => state[index]! += word);
}
