import { type Clock, type JsonObject, matchesGlob } from "../core/mod.ts";
import { FaultBoard } from "./faults.ts";
import { KeyRing, sampleProjects } from "./keys.ts";
import { DEFAULT_MODELS, type SimModel } from "./models.ts";
import type { LiveSession } from "./live.ts";
import type { OwnedItem } from "./owned_api.ts";
import type { Answerer, SimulatorOptions } from "./options.ts";
import { RequestLog, type SimLogEntry } from "./request_log.ts";
import { hash32, SignatureBook } from "./signatures.ts";
import type { Collection } from "./route.ts";

/** The state of a running simulator. */
export class SimState {
  readonly options: SimulatorOptions;
  readonly clock: Clock;
  readonly keys: KeyRing;
  readonly models: ReadonlyMap<string, SimModel>;
  readonly faults = new FaultBoard();
  readonly log: RequestLog;
  readonly signatures: SignatureBook;
  readonly resources: ResourceStore;
  /** Resources other than files and cached contents, by full name. */
  readonly owned = new Map<string, OwnedItem>();
  /** Bytes that are downloaded: by the name of a file, or by an id of their own. */
  readonly blobs = new Map<string, string>();
  /** Uploaded contents, by the name of the file: models read it, nobody gets it back. */
  readonly contents = new Map<string, string>();
  /** WebSocket sessions, oldest first. */
  readonly live: LiveSession[] = [];
  /** Projects whose quota for sessions is used up. */
  readonly liveQuota = new Set<string>();
  readonly overloads = new Map<string, number>();
  readonly watchers = new Set<(entry: SimLogEntry) => void>();
  regionBlocked = false;
  answerer: Answerer | undefined;
  /** "close" behind a socket, where an aborted request no longer has a reader. */
  readonly abortEnds: "error" | "close";
  readonly #seed: number;
  #ids = 0;

  constructor(options: SimulatorOptions, abortEnds: "error" | "close") {
    this.options = options;
    this.abortEnds = abortEnds;
    this.clock = options.clock ?? systemClock;
    this.#seed = options.seed ?? 1;
    this.keys = new KeyRing(options.projects ?? sampleProjects());
    this.models = new Map((options.models ?? DEFAULT_MODELS).map((model) => [model.name, model]));
    this.log = new RequestLog(options.logLimit ?? 1000);
    this.signatures = new SignatureBook(`generativelanguage/${this.#seed}`);
    this.resources = new ResourceStore(this.clock, (length) => this.newId(length).toLowerCase());
  }

  /** A fresh id of letters and digits. */
  newId(length: number): string {
    this.#ids++;
    let text = "";
    for (let part = 0; text.length < length; part++) {
      text += hash32(`${this.#seed}/${this.#ids}/${part}`).toString(36).padStart(7, "0");
    }
    return text.slice(0, length);
  }

  overloaded(model: string): boolean {
    const now = this.clock.now();
    return [...this.overloads].some(([glob, until]) => until > now && matchesGlob(glob, model));
  }
}

const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** A stored file or cached content, and the project whose key made it. */
export interface Resource {
  readonly project: string;
  readonly body: JsonObject;
  /** Tokens of a cached content; 0 for files. */
  readonly tokens: number;
  /** Epoch milliseconds after which it is gone. */
  readonly expiresAt: number;
}

/** Files and cached contents. A project sees only its own. */
class ResourceStore {
  readonly #shelves: Readonly<Record<Collection, Map<string, Resource>>> = {
    files: new Map(),
    cachedContents: new Map(),
  };
  readonly #clock: Clock;
  readonly #newId: (length: number) => string;

  constructor(clock: Clock, newId: (length: number) => string) {
    this.#clock = clock;
    this.#newId = newId;
  }

  /** Stores what `make` builds from the new name. */
  add(
    collection: Collection,
    project: string,
    lifeMs: number,
    tokens: number,
    make: (name: string) => JsonObject,
  ): Resource {
    const id = this.#newId(collection === "files" ? 12 : 40);
    const expiresAt = this.#clock.now() + lifeMs;
    const resource: Resource = { project, tokens, expiresAt, body: make(`${collection}/${id}`) };
    this.#shelves[collection].set(id, resource);
    return resource;
  }

  find(collection: Collection, project: string, id: string): Resource | undefined {
    const resource = this.#shelves[collection].get(id);
    return resource && resource.project === project && resource.expiresAt > this.#clock.now()
      ? resource
      : undefined;
  }

  list(collection: Collection, project: string): readonly Resource[] {
    const all = [...this.#shelves[collection].values()];
    return all.filter((resource) => resource.project === project && resource.expiresAt > this.#clock.now());
  }

  replace(collection: Collection, id: string, resource: Resource): void {
    this.#shelves[collection].set(id, resource);
  }

  remove(collection: Collection, id: string): void {
    this.#shelves[collection].delete(id);
  }
}
