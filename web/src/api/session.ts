import { type QueryClient, useQuery } from "@tanstack/react-query";
import { control, forget, signedIn } from "./http";
import { Problem } from "./problem";
import type { Membership, Session } from "./types";

const KEY = ["session"];

export const sessionQuery = {
  queryKey: KEY,
  queryFn: async (): Promise<Session | null> => {
    try {
      return signedIn(await control<Session>("/api/session"));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  retry: false,
  staleTime: 300_000,
} as const;

/** Who is signed in, as far as it is known; asks nobody. */
export const useSession = (): Session | null | undefined => useQuery({ ...sessionQuery, enabled: false }).data;

export const useMembership = (client: string): Membership | undefined =>
  useSession()?.memberships.find((m) => m.client_id === client);

/** Another person, or nobody: nothing that the last one saw is kept. */
export function enter(queries: QueryClient, session: Session | null): void {
  forget();
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] });
  queries.setQueryData(KEY, session === null ? null : signedIn(session));
}
