import { useEffect } from "react";
import { useSay } from "./say";

/** The window's title: the page, then the place. */
export function useTitle(...parts: (string | undefined)[]): void {
  const say = useSay();
  const title = [...parts.filter(Boolean), say("brand")].join(" · ");
  useEffect(() => { document.title = title; }, [title]);
}
