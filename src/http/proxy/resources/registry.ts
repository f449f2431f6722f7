import type { Clock, Credential, CredentialId, Failure } from "../../../core/mod.ts";
import { err, invalidRequest, isObject, ok, OWNER, type Result, SOURCE_TABLE } from "../../../core/mod.ts";
import type { Store } from "../../../store/mod.ts";
import type { ClientIdentity } from "../../auth.ts";

const KIND = "owner";
const HELD = "held";
const DAY_MS = 24 * 60 * 60 * 1000;
/** Most resources expire by themselves; the others last as long as their creator wants, and each use renews this. */
const KEEP_MS: Readonly<Record<string, number>> = {
  files: 4 * DAY_MS,
  upload: 8 * DAY_MS,
  cachedContents: 60 * DAY_MS,
  auth_tokens: 2 * DAY_MS,
  handles: 2 * DAY_MS,
  operations: 14 * DAY_MS,
  models: 14 * DAY_MS,
  batches: 60 * DAY_MS,
  interactions: 60 * DAY_MS,
};
const KEEP_OTHERS_MS = 400 * DAY_MS;
const RENEW_MS = DAY_MS;
const MOST_KEPT = 20_000;
const FILE_LIFE_MS = 2 * DAY_MS;

/** The owner of a resource: one key, the other keys of its project, and the client that made it. */
export interface OwnerRecord {
  readonly credential: CredentialId;
  readonly project?: string;
  readonly client: string;
  /** What people call the key, for refusals after it is gone. */
  readonly key: string;
  readonly renewed: number;
}

/** A resource's owner in the current configuration. */
export interface Owner {
  readonly name: string;
  readonly record: OwnerRecord;
  /** Keys that can serve it, the maker first. */
  readonly usable: readonly Credential[];
}

/**
 * Remembers which key made each resource, for which client: Google serves a resource to its own project alone,
 * and clients do not see each other's. The owner sees all. Stored in the database, with a cache.
 */
export class ResourceRegistry {
  readonly #store: Pick<Store, "expiring" | "config">;
  readonly #clock: Clock;
  readonly #kept = new Map<string, OwnerRecord>();
  /** Time at which each project last got a new resource. */
  readonly #given = new Map<string, number>();
  #turn = 0;

  constructor(store: Pick<Store, "expiring" | "config">, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The owner of a name; undefined when it is unknown or belongs to another client. */
  async find(
    name: string,
    client: Pick<ClientIdentity, "id" | "owner">,
  ): Promise<Owner | "unknown" | "foreign"> {
    const record = await this.#read(name);
    if (record === undefined) return "unknown";
    if (!client.owner && record.client !== client.id) return "foreign";
    return { name, record, usable: this.#usable(record) };
  }

  /** Records the owner of a name. An existing record stays: a reply cannot take a resource over. */
  async remember(name: string, credential: CredentialId, client: string): Promise<void> {
    const known = await this.#read(name);
    if (known !== undefined && this.#sameProject(known, credential)) {
      if (this.#clock.now() - known.renewed > RENEW_MS) await this.#write(name, known);
      return;
    }
    const owner = this.credentials().find(({ id }) => id === credential);
    await this.#write(name, {
      credential,
      client: known?.client ?? client,
      key: owner === undefined ? "" : keyName(owner),
      renewed: 0,
      ...(owner?.project === undefined ? {} : { project: owner.project }),
    });
  }

  async forget(name: string): Promise<void> {
    this.#kept.delete(name);
    await this.#store.expiring.remove(KIND, name);
  }

  /** Every API key. */
  credentials(): readonly Credential[] {
    return this.#store.config.current().credentials.filter(({ source }) =>
      SOURCE_TABLE[source].operations.includes("resource")
    );
  }

  /** One usable key of each project, for questions to all projects: the one with the shortest wait. */
  onePerProject(waitOf: (credential: Credential) => number): readonly Credential[] {
    const found = new Map<string, Credential>();
    for (const credential of this.credentials()) {
      const known = found.get(projectOf(credential));
      if (!isUsable(credential) || (known !== undefined && waitOf(known) <= waitOf(credential))) continue;
      found.set(projectOf(credential), credential);
    }
    return [...found.values()];
  }

  /** Keys in the order in which they should get new resources: the project that holds least first. */
  async spread(): Promise<readonly Credential[]> {
    const usable = this.credentials().filter(isUsable);
    const held = new Map<string, number>();
    for (const project of new Set(usable.map(projectOf))) held.set(project, await this.heldBytes(project));
    const rank = (credential: Credential) => this.#given.get(projectOf(credential)) ?? 0;
    return [...usable].sort((a, b) => held.get(projectOf(a))! - held.get(projectOf(b))! || rank(a) - rank(b));
  }

  /** Records that a project got a resource, so that among equals the next one goes elsewhere. */
  given(credential: CredentialId, project: string | undefined): void {
    this.#given.set(project ?? credential, ++this.#turn);
  }

  /** Bytes of files uploaded here that a project still holds at Google. */
  async heldBytes(project: string): Promise<number> {
    const hours = await this.#store.expiring.get(HELD, project);
    if (!isObject(hours)) return 0;
    const since = this.#hour() - FILE_LIFE_MS / 3_600_000;
    return Object.entries(hours).reduce(
      (sum, [hour, bytes]) => Number(hour) >= since && typeof bytes === "number" ? sum + bytes : sum,
      0,
    );
  }

  async hold(credential: CredentialId, bytes: number): Promise<void> {
    const owner = this.credentials().find(({ id }) => id === credential);
    const project = owner === undefined ? credential : projectOf(owner);
    const known = await this.#store.expiring.get(HELD, project);
    const hour = this.#hour();
    const kept = Object.entries(isObject(known) ? known : {})
      .filter(([at]) => Number(at) >= hour - FILE_LIFE_MS / 3_600_000)
      .flatMap(([at, sum]): [string, number][] => typeof sum === "number" ? [[at, sum]] : []);
    const hours = Object.fromEntries(kept);
    await this.#store.expiring.put(
      HELD,
      project,
      { ...hours, [hour]: (hours[hour] ?? 0) + bytes },
      FILE_LIFE_MS,
    );
  }

  #hour(): number {
    return Math.floor(this.#clock.now() / 3_600_000);
  }

  #usable(record: OwnerRecord): readonly Credential[] {
    const all = this.credentials();
    const maker = all.find(({ id }) => id === record.credential);
    const project = maker?.project ?? record.project;
    const mates = all.filter((one) => one !== maker && project !== undefined && one.project === project);
    return [...(maker === undefined ? [] : [maker]), ...mates].filter(isUsable);
  }

  #sameProject(record: OwnerRecord, credential: CredentialId): boolean {
    if (record.credential === credential) return true;
    const owner = this.credentials().find(({ id }) => id === credential);
    return owner?.project !== undefined && owner.project === record.project;
  }

  async #read(name: string): Promise<OwnerRecord | undefined> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const record = recordOf(await this.#store.expiring.get(KIND, name));
    if (record !== undefined) this.#keep(name, record);
    return record;
  }

  async #write(name: string, record: OwnerRecord): Promise<void> {
    const renewed = { ...record, renewed: this.#clock.now() };
    this.#keep(name, renewed);
    const life = KEEP_MS[name.split("/")[0]!] ?? KEEP_OTHERS_MS;
    await this.#store.expiring.put(KIND, name, { ...renewed }, life);
  }

  #keep(name: string, record: OwnerRecord): void {
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(name, record);
  }
}

/** Explains why an owner cannot serve, with the resource's name. */
export function ownerProblem(registry: ResourceRegistry, { name, record }: Owner): Failure {
  const maker = registry.credentials().find(({ id }) => id === record.credential);
  const key = maker === undefined ? record.key : keyName(maker);
  const why = maker === undefined
    ? "was removed from this proxy: add it again, or make the resource again"
    : maker.dead !== undefined
    ? `is refused by Google (${maker.dead.reason}): replace it, or add another key of its project`
    : "is switched off: switch it on, or add another key of its project";
  return {
    class: "credential_dead",
    status: 403,
    code: "owner_unavailable",
    message: `${name} belongs to the key ${key === "" ? "that made it" : key}, which ${why}`,
    scope: "request",
  };
}

/** The failure of a call that only one key could serve, with that key's name. */
export function namedFailure(failure: Failure, { name, record }: Owner): Failure {
  if (failure.class === "invalid_request" || failure.class === "client_gone") return failure;
  return {
    ...failure,
    message: `${failure.message} (only the key ${record.key} and its project own ${name})`,
  };
}

export function notFound(name: string): Failure {
  return invalidRequest(
    `No key of this proxy owns ${name}: it was made elsewhere, was deleted, or has expired`,
    { status: 404, code: "not_found" },
  );
}

/** The one owner of several names, since no key can use what two projects own. */
export function oneOwner(owners: readonly Owner[]): Result<Owner | undefined, Failure> {
  const [first, ...others] = owners;
  if (first === undefined) return ok(undefined);
  const stranger = others.find(({ record }) =>
    record.credential !== first.record.credential &&
    (record.project === undefined || record.project !== first.record.project)
  );
  if (stranger === undefined) return ok(first);
  return err(
    invalidRequest(
      `${first.name} belongs to the key ${first.record.key} and ${stranger.name} to ${stranger.record.key}, of another project: ` +
        "no key can use both",
      { status: 400, code: "resources_of_two_projects" },
    ),
  );
}

/** What people call a key: its label, or the last characters of the secret. */
export function keyName({ label, tail }: Credential): string {
  return label === "" ? `...${tail.replace(/^\.+/, "")}` : `"${label}"`;
}

/** The project of a key, whose keys share resources; a key without a known project is one of its own. */
function projectOf({ id, project }: Credential): string {
  return project ?? id;
}

function isUsable({ enabled, dead }: Credential): boolean {
  return enabled && dead === undefined;
}

function recordOf(value: unknown): OwnerRecord | undefined {
  // Records of earlier versions are the key's id alone, and belong to the owner.
  if (typeof value === "string") {
    return { credential: value as CredentialId, client: OWNER, key: "", renewed: 0 };
  }
  if (!isObject(value) || typeof value["credential"] !== "string" || typeof value["client"] !== "string") {
    return undefined;
  }
  const { project, key, renewed } = value;
  return {
    credential: value["credential"] as CredentialId,
    client: value["client"],
    key: typeof key === "string" ? key : "",
    renewed: typeof renewed === "number" ? renewed : 0,
    ...(typeof project === "string" ? { project } : {}),
  };
}
