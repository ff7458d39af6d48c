import { createStore } from "zustand/vanilla";

export type Language = "en" | "id";
const kept = localStorage.getItem("neraca.language") ?? navigator.language.slice(0, 2);

/** The language now spoken; kept for the next visit. */
export const language = createStore<Language>(() => (kept === "id" ? "id" : "en"));
language.subscribe((now) => {
  localStorage.setItem("neraca.language", now);
  document.documentElement.lang = now;
});
document.documentElement.lang = language.getState();
