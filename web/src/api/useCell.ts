import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { cell } from "./http";

/** Reads a path of a client's cell; `every` polls, in milliseconds. */
export const useRead = <T>(client: string, path: string, every: number | false = false) =>
  useQuery({ queryKey: ["cell", client, path], queryFn: () => cell<T>(client, path), refetchInterval: every });

export interface Write { path: string; method?: string; json?: unknown }

/** Writes to a client's cell, then reads again what is shown of it. */
export function useWrite<T>(client: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, method = "POST", json }: Write) => cell<T>(client, path, { method, ...(json === undefined ? {} : { json }) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["cell", client] }),
  });
}
