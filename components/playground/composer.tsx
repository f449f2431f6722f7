import { type Signal, useSignal } from "@preact/signals";
import { showToast } from "../shared/live/toasts.ts";
import { playgroundText } from "./words.ts";
import { Icon } from "../shared/ui/icon.tsx";
import { type ChatImage, dataUrl } from "../shared/chat/dialects.ts";
import { byteSize } from "../shared/format.ts";

const words = playgroundText;

function Check({ label, value }: { label: string; value: Signal<boolean> }) {
  return (
    <label class="flex items-center gap-2 text-soft">
      <input
        type="checkbox"
        class="size-4 accent-(--accent)"
        checked={value.value}
        onChange={() => value.value = !value.value}
      />
      {label}
    </label>
  );
}

function Attached({ images, onRemove }: {
  images: readonly Attachment[];
  onRemove: (index: number) => void;
}) {
  return (
    <ul class="flex flex-wrap gap-2">
      {images.map((image, index) => (
        <li key={index} class="relative">
          <img
            src={dataUrl(image)}
            alt={image.name}
            class="h-16 min-w-8 rounded-lg border border-line object-contain"
          />
          <button
            type="button"
            class="btn btn-small absolute -end-2 -top-2 !min-h-0 !rounded-full !p-1"
            aria-label={words.takeOut(image.name)}
            onClick={() => onRemove(index)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The next message: text, images and options of the answer. */
export function Composer({ message, stream, thinking, isBusy, onSend, onStop }: {
  message: Signal<string>;
  stream: Signal<boolean>;
  thinking: Signal<boolean>;
  isBusy: boolean;
  onSend: (images: readonly Attachment[]) => void;
  onStop: () => void;
}) {
  const images = useSignal<readonly Attachment[]>([]);
  const attach = async (files: Iterable<File>) => {
    const room = MOST_IMAGES - images.value.length;
    const read = await readImages(files, room, (sentence) => showToast(sentence, { tone: "bad" }));
    images.value = [...images.value, ...read].slice(0, MOST_IMAGES);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (message.value.trim() === "" || isBusy) return;
    onSend(images.value);
    images.value = [];
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length === 0) return;
    event.preventDefault();
    void attach(files);
  };
  return (
    <form class="mt-4 grid gap-3 border-t border-line pt-4" onSubmit={submit}>
      <label>
        <span class="label">{words.message}</span>
        <textarea
          class="field"
          rows={3}
          placeholder={words.messageHint}
          value={message}
          onInput={(event) => message.value = event.currentTarget.value}
          onPaste={paste}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit(event)}
        />
      </label>
      {images.value.length > 0 && (
        <Attached
          images={images.value}
          onRemove={(index) => images.value = images.value.filter((_, at) => at !== index)}
        />
      )}
      <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
        <label
          class="btn btn-small focus-within:outline-2 focus-within:outline-accent"
          title={words.attachNote}
        >
          <Icon name="plus" />
          {words.attach}
          <input
            type="file"
            class="sr-only"
            multiple
            accept={IMAGE_TYPES.join(",")}
            onChange={(event) => {
              const input = event.currentTarget;
              void attach([...input.files ?? []]).then(() => input.value = "");
            }}
          />
        </label>
        <Check label={words.stream} value={stream} />
        <Check label={words.thinking} value={thinking} />
        {isBusy
          ? <button type="button" class="btn ms-auto" onClick={onStop}>{words.stop}</button>
          : <button type="submit" class="btn btn-primary ms-auto">{words.send}</button>}
      </div>
    </form>
  );
}

/** Images that go with one message, and the most bytes of each. */
const MOST_IMAGES = 4;
const MOST_BYTES = 5 * 1024 * 1024;
const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif", "image/gif"];

/** An image that waits to be sent. */
interface Attachment extends ChatImage {
  readonly name: string;
}

/** Reads images of the reader's machine. Reports and skips files that are not images, too large or too many. */
async function readImages(
  files: Iterable<File>,
  room: number,
  onProblem: (sentence: string) => void,
): Promise<readonly Attachment[]> {
  const read: Attachment[] = [];
  for (const file of files) {
    if (!IMAGE_TYPES.includes(file.type)) onProblem(words.noImage(file.name));
    else if (file.size > MOST_BYTES) onProblem(words.tooLarge(file.name, byteSize(MOST_BYTES)));
    else if (read.length >= room) onProblem(words.tooMany(MOST_IMAGES));
    else read.push({ name: file.name, type: file.type, data: await base64(file) });
  }
  return read;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
