import type { CredentialId } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";

/** Projects of credentials, as last read. */
export class ProjectNames {
  readonly #store: Store;
  #names: ReadonlyMap<CredentialId, string> = new Map();
  #loading: Promise<void> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  /** A credential without a known project is a project of its own. */
  of(credential: CredentialId): string {
    return this.#names.get(credential) ?? credential;
  }

  /** Reads anew; `also` is something that is read with it. */
  load(also: () => Promise<void>): Promise<void> {
    this.#loading = this.#loading.catch(() => {}).then(async () => {
      await also();
      const credentials = await this.#store.credentials.list();
      this.#names = new Map(
        credentials.flatMap(({ id, project }) => project === undefined ? [] : [[id, project] as const]),
      );
    });
    return this.#loading;
  }

  async settled(): Promise<void> {
    await this.#loading.catch(() => {});
  }
}
