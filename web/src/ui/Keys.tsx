import { Kbd } from "@mantine/core";

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);
const NAMES: Record<string, string> = {
  mod: APPLE ? "⌘" : "Ctrl", alt: APPLE ? "⌥" : "Alt", shift: APPLE ? "⇧" : "Shift", Enter: "↵", Backspace: "⌫", Delete: "Del", Escape: "Esc",
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", arrows: "← ↑ → ↓", " ": "␣",
};

/** A chord such as `mod+Enter`, as the keyboard in front of the person writes it. */
export const Chord = ({ keys }: { keys: string }) => (
  <span className="chord">{keys.split(/\+(?=.)/).map((key) => <Kbd key={key} size="sm">{NAMES[key] ?? (/^[a-z]$/.test(key) ? key.toUpperCase() : key)}</Kbd>)}</span>
);
