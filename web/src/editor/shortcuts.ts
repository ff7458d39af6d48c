/** Keys as data: what an editor listens for is what its help sheet shows. */
export interface Shortcut<Id extends string = string> {
  id: Id;
  /** Chords such as `mod+z` (Ctrl, ⌘ on a Mac); the first is the one to learn. */
  keys: readonly string[];
  /** The sentence of the catalogue that tells what it does. */
  say: string;
  /** What the help sheet shows instead of every chord. */
  shown?: string;
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "getModifierState">;

const SHIFTED = /^[^a-z0-9 ]$/i;

function hit(chord: string, e: Pressed): boolean {
  const parts = chord.split(/\+(?=.)/);
  const key = parts.at(-1) ?? "";
  // AltGr is how some keyboards write [ and ]: it is part of the letter, not a modifier.
  const written = e.getModifierState("AltGraph");
  const mod = !written && (e.ctrlKey || e.metaKey);
  const alt = !written && e.altKey;
  if (mod !== parts.includes("mod") || alt !== parts.includes("alt")) return false;
  if (e.key.toLowerCase() !== key.toLowerCase()) return false;
  return SHIFTED.test(key) || e.shiftKey === parts.includes("shift");
}

/** The first shortcut whose chord this is. */
export const pressed = <Id extends string>(list: readonly Shortcut<Id>[], e: Pressed): Id | undefined =>
  list.find((shortcut) => shortcut.keys.some((chord) => hit(chord, e)))?.id;

/** Whether keys belong to a field or a dialog now, and not to the work. */
export const occupied = (e: KeyboardEvent): boolean =>
  e.defaultPrevented || (e.target instanceof HTMLElement
    && (/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.target.closest("[role=dialog],[role=menu]") !== null));
