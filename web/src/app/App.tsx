import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useMemo } from "react";
import { IntlProvider } from "react-intl";
import { useStore } from "zustand";
import { kindMessages } from "@/editor/kinds";
import { spoken } from "@/kit/language";
import { queries } from "./queries";
import { router } from "./routes";
import { theme, variables } from "./theme";

export function App() {
  const { language, messages } = useStore(spoken);
  const all = useMemo(() => ({ ...messages, ...kindMessages(language) }), [language, messages]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <IntlProvider locale={language} messages={all}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </IntlProvider>
    </MantineProvider>
  );
}
