import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { cell, control } from "./http";
import type { Page } from "./types";

/** Reads a path of a client's cell; `every` polls, in milliseconds, while the page is looked at. */
export const useRead = <T>(client: string, path: string, every: number | false = false) =>
  useQuery({ queryKey: ["cell", client, path], queryFn: () => cell<T>(client, path), refetchInterval: every });

/** Asks what is too long for an address, by a body of JSON; the last answer stays until the next one is there. */
export const useAsk = <T>(client: string, path: string, body: string) =>
  useQuery({
    queryKey: ["asked", client, path, body], queryFn: () => cell<T>(client, path, { method: "POST", json: JSON.parse(body) as unknown }),
    placeholderData: keepPreviousData, retry: false, staleTime: 60_000,
  });

export interface Listed<T> { items: T[]; more: () => void; loading: boolean; error: unknown }

const LIMIT = "100";

/** A list of any length, page by page; `client` null is the control plane. */
export function useList<T>(client: string | null, path: string, query: Record<string, string> = {}, every: number | false = false): Listed<T> {
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useInfiniteQuery({
    queryKey: ["cell", client, path, query],
    initialPageParam: "",
    queryFn: ({ pageParam }) => {
      const asked = new URLSearchParams({ limit: LIMIT, ...query, ...(pageParam && { cursor: pageParam }) });
      const full = `${path}?${asked.toString()}`;
      return client === null ? control<Page<T>>(full) : cell<Page<T>>(client, full);
    },
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: every,
  });
  const items = useMemo(() => data?.pages.flatMap((p) => p.items) ?? [], [data]);
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage(); }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  return { items, more, loading: isPending, error };
}

export interface Write { path: string; method?: string; json?: unknown }

/** Writes to a client's cell (null: the control plane), then reads again what is shown of it. */
export function useWrite<T>(client: string | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, method = "POST", json }: Write) => {
      const sent = { method, ...(json === undefined ? {} : { json }) };
      return client === null ? control<T>(path, sent) : cell<T>(client, path, sent);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["cell", client] }),
  });
}
