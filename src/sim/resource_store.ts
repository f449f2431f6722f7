import type { Clock, JsonObject } from "../core/mod.ts";
import type { Collection } from "./route.ts";

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
export class ResourceStore {
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
