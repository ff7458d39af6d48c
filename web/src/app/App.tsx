import { MantineProvider } from "@mantine/core";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { IntlProvider } from "react-intl";
import { useStore } from "zustand";
import { language } from "@/kit/language";
import { en } from "@/kit/messages/en";
import { id } from "@/kit/messages/id";
import { router } from "./routes";
import { theme } from "./theme";

export function App({ queries }: { queries: QueryClient }) {
  const locale = useStore(language);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <IntlProvider locale={locale} messages={locale === "id" ? id : en}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </IntlProvider>
    </MantineProvider>
  );
}
