import "./fonts.css";
import "./mantine.css";
import "./main.css";
import { createRoot } from "react-dom/client";
import { speakFirst } from "@/kit/language";
import { App } from "./App";

await speakFirst();
createRoot(document.getElementById("root") as HTMLElement).render(<App />);
