import { text } from "../words.ts";
import { Icon, type IconName } from "./icon.tsx";

function IconButton({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="btn btn-quiet btn-small" aria-label={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

/** The pencil and the bin at the end of a row; `name` is the name of the row. */
export function RowButtons({ name, onEdit, onRemove }: {
  name: string;
  onEdit: () => void;
  onRemove: () => void;
}) {
  return (
    <span class="-me-2 flex shrink-0 gap-1">
      <IconButton icon="edit" label={`${text.edit} ${name}`} onClick={onEdit} />
      <IconButton icon="trash" label={`${text.remove} ${name}`} onClick={onRemove} />
    </span>
  );
}
