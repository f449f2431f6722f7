import type { Credential, CredentialId } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";

/** Projects of credentials, as configured now. */
export class ProjectNames {
  readonly #config: Pick<Store["config"], "current">;
  #credentials: readonly Credential[] = [];
  #names: ReadonlyMap<CredentialId, string> = new Map();

  constructor(config: Pick<Store["config"], "current">) {
    this.#config = config;
  }

  /** A credential without a known project is a project of its own. */
  of(credential: CredentialId): string {
    const { credentials } = this.#config.current();
    if (credentials !== this.#credentials) {
      this.#credentials = credentials;
      this.#names = new Map(
        credentials.flatMap(({ id, project }) => project === undefined ? [] : [[id, project] as const]),
      );
    }
    return this.#names.get(credential) ?? credential;
  }
}
