import { callerFault, err, type Failure, ok, type Result } from "../../../core/mod.ts";
import { readBody } from "../../read_body.ts";
import type { Arrival, ProxyDeps } from "../proxy_deps.ts";

/** The fields of a multipart body, and how long it was. */
export interface FormBody {
  readonly bytes: number;
  text(name: string): string | undefined;
  files(...names: readonly string[]): readonly File[];
}

const MOST_FIELDS = 200;

/** Reads a multipart body of at most MAX_BODY_BYTES. */
export async function readFormBody(
  deps: ProxyDeps,
  { request }: Arrival,
): Promise<Result<FormBody, Failure>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) {
    return err(callerFault("Send this as multipart/form-data", { status: 415, param: "content-type" }));
  }
  const bytes = await readBody(request, deps.settings.maxBodyBytes);
  if (!bytes.ok) return bytes;
  let form: FormData;
  try {
    form = await new Response(bytes.value, { headers: { "content-type": type } }).formData();
  } catch {
    return err(callerFault("The multipart body cannot be read: its boundary or its parts are not whole"));
  }
  if ([...form.keys()].length > MOST_FIELDS) {
    return err(callerFault(`A form has at most ${MOST_FIELDS} fields`));
  }
  return ok({
    bytes: bytes.value.byteLength,
    text(name) {
      const value = form.get(name) ?? form.get(`${name}[]`);
      return typeof value === "string" ? value : undefined;
    },
    files: (...names) =>
      names.flatMap((name) => [...form.getAll(name), ...form.getAll(`${name}[]`)])
        .filter((value): value is File => value instanceof File),
  });
}
