/** What the API tells, by hand from its contract. Money is in millionths of a unit; times are RFC 3339 UTC. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export type Locale = "en" | "id";
export type Role = "manager" | "reviewer" | "labeler";
export interface Money { micros: number; currency: string }
export interface Page<T> { items: T[]; next?: string | null }
export interface Membership { client_id: string; client_name: string; role: Role; team: "in-house" | "vendor" }
export interface Session {
  person: { id: string; name: string; email: string; locale: Locale; operator: boolean };
  csrf: string;
  memberships: Membership[];
}
export interface CellToken { token: string; expires_at: string; client_id: string; role: Role }
export interface WorkProject {
  project_id: string; name: string; kind: string; price: Money; minutes: number; open_slots: number; answered: number;
}
export interface Lease {
  lease_id: string; fence: number; task_id: string; project_id: string; kind: string; params: JsonObject;
  config: JsonObject; config_version: number; lease_until: string; opened: boolean; price: Money;
  draft: JsonObject | null; media: Record<string, string>;
}
export interface Instructions {
  project_id: string; name: string; kind: string; config: JsonObject; instructions: string; price: Money; minutes: number;
}
export type Policy = { type: "fixed"; answers: number } | { type: "target"; confidence: number; min: number; max: number };
export interface ProjectNew {
  name: string; kind: string; config: JsonObject; instructions: string; policy: Policy; price: Money; minutes: number;
}
export interface Project extends ProjectNew {
  id: string; state: "active" | "paused" | "archived"; mode: "live" | "test"; config_version: number; created_at: string;
}
export interface Progress {
  tasks: number; open: number; decided: number; canceled: number; answers: number; live_leases: number; labelers: number;
  answers_per_task: number | null; mean_confidence: number | null; spent: Money; updated_at: string;
}
export interface LabelerSkill {
  labeler: string; handle: string; kind: "person" | "model"; answers: number;
  accuracy: number | null; low: number | null; high: number | null;
}
export interface Verdict {
  answer: JsonObject; confidence: number; posterior: Record<string, number> | null; reason: "count" | "met" | "exhausted";
  version: number; answers: string[]; at: string;
}
export interface Task {
  id: string; project_id: string; external_id: string | null; params: JsonObject; state: "open" | "decided" | "canceled";
  answers_count: number; confidence: number | null; verdict: Verdict | null; created_at: string;
}
export interface Answer {
  id: string; labeler: string; handle: string; labeler_kind: "person" | "model"; answer: JsonObject;
  submitted_at: string; active_ms: number; surplus: boolean;
}
export interface Answers { items: Answer[]; verdict: Verdict | null; media: Record<string, string> }
export interface Import {
  id: string; name: string; format: "jsonl" | "csv"; state: "receiving" | "queued" | "running" | "done" | "failed";
  bytes_total: number | null; bytes_received: number; bytes_read: number; rows_read: number; tasks_created: number;
  rows_failed: number; created_at: string;
}
export interface RowErrors { row: number; errors: { pointer: string; code: string; detail: string }[] }
export interface Export {
  id: string; format: "jsonl" | "coco"; state: "queued" | "running" | "done" | "failed"; position: number | null;
  rows: number; rows_total: number | null; bytes: number; created_at: string;
}
export interface Key {
  id: string; name: string; mode: "live" | "test"; role: "manager" | "labeler"; last4: string; created_at: string;
  revoked_at: string | null; key?: string;
}
export interface Member { person_id: string; name: string; email: string; role: Role; team: string; created_at: string }
export interface Invitation { id: string; email: string; role: Role; accepted_at: string | null; expires_at: string; url?: string; token?: string }
export interface Callback { id: string; url: string; state: "active" | "paused" | "disabled"; secret: string | null; notice: string | null }
export interface Delivery {
  id: string; task_id: string; type: string; state: "pending" | "done" | "dead"; created_at: string;
  attempts: { n: number; status: number | null; code: string; ms: number }[];
}
export interface Client { id: string; name: string; created_at: string; live_key?: string; test_key?: string }
