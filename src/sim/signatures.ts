/** The verdict on a thought signature in a request. */
export type SignatureVerdict = "ours" | "dummy" | "foreign";

const DUMMIES = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];
const DUMMY_TEXTS = new Set(DUMMIES.flatMap((dummy) => [dummy, btoa(dummy), btoa(dummy).replace(/=+$/, "")]));

const MAGIC = 0x12;
const BODY_BYTES = 90;

/** Makes and recognises thought signatures. A signature is bound to the service it was issued for, as Google's are. */
export class SignatureBook {
  readonly #scope: string;
  #issued = 0;

  /** `scope` names the service and the simulator's run: signatures of another scope are foreign. */
  constructor(scope: string) {
    this.#scope = scope;
  }

  /** A fresh signature in standard base64. `owner` binds it further, for example to a project. */
  issue(owner = ""): string {
    return this.#make(++this.#issued, owner);
  }

  /** Judges the text of a signature; both base64 alphabets are taken. */
  judge(signature: string, owner = ""): SignatureVerdict {
    if (DUMMY_TEXTS.has(signature)) return "dummy";
    const standard = signature.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = decodeBase64(standard);
    if (!bytes || bytes.length !== BODY_BYTES || bytes[0] !== MAGIC) return "foreign";
    const serial = new DataView(bytes.buffer).getUint32(1);
    return this.#make(serial, owner) === standard ? "ours" : "foreign";
  }

  #make(serial: number, owner: string): string {
    const bytes = new Uint8Array(BODY_BYTES);
    bytes[0] = MAGIC;
    new DataView(bytes.buffer).setUint32(1, serial);
    let state = hash32(`${this.#scope}\n${owner}\n${serial}`);
    for (let index = 5; index < BODY_BYTES; index++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + index | 0;
      state ^= state >>> 12;
      bytes[index] = state & 0xff;
    }
    return btoa(String.fromCharCode(...bytes));
  }
}

/** FNV-1a, 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
