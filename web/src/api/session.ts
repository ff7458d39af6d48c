import { useQuery } from "@tanstack/react-query";
import { control, signedIn } from "./http";
import type { Session } from "./types";

export const sessionQuery = {
  queryKey: ["session"],
  queryFn: async (): Promise<Session> => signedIn(await control<Session>("/api/session")),
  retry: false,
  staleTime: 300_000,
} as const;

export const useSession = (): Session | undefined => useQuery(sessionQuery).data;
