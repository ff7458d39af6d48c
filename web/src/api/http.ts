/** Every call goes through here: session cookie with CSRF header, or a cell token that lives in memory only. */
import { Problem, problemOf } from "./problem";
import type { CellToken, Session } from "./types";

let csrf = "";
const tokens = new Map<string, Promise<CellToken>>();

export interface Sent { method?: string; json?: unknown; body?: Blob; headers?: Record<string, string> }

async function send(path: string, sent: Sent, headers: Record<string, string>): Promise<Response> {
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json);
  const typed = sent.json === undefined ? {} : { "Content-Type": "application/json" };
  let response: Response;
  try {
    response = await fetch(path, {
      method: sent.method ?? "GET", headers: { ...typed, ...headers, ...sent.headers }, ...(body === undefined ? {} : { body }),
    });
  } catch {
    throw new Problem(0, "offline", "", []);
  }
  if (response.ok) return response;
  throw problemOf(response.status, await response.json().catch(() => null));
}

const read = async <T>(response: Response): Promise<T> =>
  (response.status === 204 ? null : await response.json()) as T;

export function signedIn(session: Session): Session {
  csrf = session.csrf;
  return session;
}

export function forget(): void {
  csrf = "";
  tokens.clear();
}

export const control = async <T>(path: string, sent: Sent = {}): Promise<T> =>
  read<T>(await send(path, sent, { "X-CSRF-Token": csrf }));

async function token(client: string): Promise<string> {
  const kept = tokens.get(client);
  const known = kept === undefined ? undefined : await kept.catch(() => undefined);
  if (known !== undefined && Date.parse(known.expires_at) - Date.now() > 60_000) return known.token;
  if (tokens.get(client) === kept) tokens.set(client, control<CellToken>("/api/cell-tokens", { method: "POST", json: { client_id: client } }));
  return (await (tokens.get(client) as Promise<CellToken>)).token;
}

export async function cellResponse(client: string, path: string, sent: Sent = {}): Promise<Response> {
  return send(path, sent, { Authorization: `Bearer ${await token(client)}` });
}

export const cell = async <T>(client: string, path: string, sent: Sent = {}): Promise<T> =>
  read<T>(await cellResponse(client, path, sent));
