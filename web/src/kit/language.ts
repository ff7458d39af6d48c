import { createStore } from "zustand/vanilla";
import { en } from "./messages/en";

export type Language = "en" | "id";
export interface Spoken { language: Language; messages: Record<string, string> }

const PLACE = "neraca.language";
const wanted = (): Language => ((localStorage.getItem(PLACE) ?? navigator.language.slice(0, 2)) === "id" ? "id" : "en");

/** Each language but English comes when it is asked for. */
const catalogue = async (language: Language): Promise<Record<string, string>> =>
  (language === "id" ? (await import("./messages/id")).id : en);

export const spoken = createStore<Spoken>(() => ({ language: "en", messages: en }));

/** Speaks a language, and keeps it for the next visit. */
export async function speak(language: Language): Promise<void> {
  const messages = await catalogue(language);
  document.documentElement.lang = language;
  spoken.setState({ language, messages }, true);
}

export function choose(language: Language): Promise<void> {
  localStorage.setItem(PLACE, language);
  return speak(language);
}

export const chosen = (): boolean => localStorage.getItem(PLACE) !== null;
export const speakFirst = (): Promise<void> => speak(wanted());
