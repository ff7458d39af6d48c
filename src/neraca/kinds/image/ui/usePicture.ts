import { useEffect, useState } from "react";

/** An image that is drawn once it is here. */
export function usePicture(source: string | undefined): { picture: HTMLImageElement | null; broken: boolean } {
  const [loaded, setLoaded] = useState<{ source: string; picture: HTMLImageElement | null } | null>(null);
  useEffect(() => {
    if (!source) return;
    let wanted = true;
    const image = new Image();
    image.onload = () => { if (wanted) setLoaded({ source, picture: image }); };
    image.onerror = () => { if (wanted) setLoaded({ source, picture: null }); };
    image.src = source;
    return () => { wanted = false; };
  }, [source]);
  const now = loaded?.source === source ? loaded : null;
  return { picture: now?.picture ?? null, broken: source === undefined || (now !== null && now?.picture === null) };
}
