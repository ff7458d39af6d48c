import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useStore } from "zustand";
import { control } from "@/api/http";
import { useSession } from "@/api/session";
import { choose, type Language, spoken } from "@/kit/language";
import { useSay } from "@/kit/say";
import { Icon } from "@/ui/Icon";

/** Language and colours; each language is named in itself. */
export function Preferences() {
  const say = useSay();
  const session = useSession();
  const { language } = useStore(spoken);
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme("light") === "dark" ? "light" : "dark";
  const speak = (to: Language) => {
    void choose(to);
    if (session) void control("/api/session", { method: "PATCH", json: { locale: to } }).catch(() => undefined);
  };
  return (
    <>
      <select className="quiet-select" aria-label={say("language")} value={language} onChange={(e) => speak(e.currentTarget.value === "id" ? "id" : "en")}>
        {(["en", "id"] as const).map((one) => <option key={one} value={one} lang={one}>{say(`language.${one}`)}</option>)}
      </select>
      <Tooltip label={say(`scheme.${other}`)}>
        <ActionIcon variant="subtle" color="gray" c="var(--soft)" size={34} aria-label={say(`scheme.${other}`)} onClick={() => setColorScheme(other)}>
          <Icon name={other === "dark" ? "moon" : "sun"} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
