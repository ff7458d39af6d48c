import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [react()],
  resolve: { alias: { "@": here("./src") }, dedupe: ["react", "react-dom"] },
  // Inlined data: URLs of fonts or scripts would break the content security policy.
  build: { outDir: here("../src/neraca/server/static"), emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  server: {
    fs: { allow: [here("..")] },
    proxy: Object.fromEntries(["/api", "/media", "/healthz", "/readyz"].map((path) => [path, "http://127.0.0.1:8000"])),
  },
  test: { environment: "jsdom", dir: here(".."), include: ["web/src/**/*.test.ts", "src/neraca/kinds/*/ui/*.test.ts"] },
});
