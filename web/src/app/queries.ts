import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "@/api/problem";
import { enter, sessionQuery } from "@/api/session";

/** A session that ended elsewhere ends here; the route asks for a sign-in and comes back. */
const heard = (error: unknown): void => {
  if (!(error instanceof Problem) || error.code !== "unauthenticated") return;
  const known = queries.getQueryData(sessionQuery.queryKey);
  if (known !== null && known !== undefined) enter(queries, null);
};

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: heard }),
  mutationCache: new MutationCache({ onError: heard }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: false,
    },
  },
});
