import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

const PAUSE = 250;

/** A field that narrows a list: `onFind` hears what is typed once the fingers rest, without the spaces around it. */
export function Find({ label, onFind }: { label: string; onFind: (search: string) => void }) {
  const [typed, setTyped] = useState("");
  useEffect(() => {
    const rest = setTimeout(() => onFind(typed.trim()), PAUSE);
    return () => clearTimeout(rest);
  }, [typed, onFind]);
  return <TextInput type="search" className="find" aria-label={label} placeholder={label} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} />;
}
