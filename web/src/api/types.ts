/** What the API tells, by the names of its description. Money is in millionths of a unit; times are RFC 3339 UTC. */
import type { components } from "./schema.gen";

type S = components["schemas"];
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
/** The parts that a kind of work defines are plain JSON here. */
type With<T, Keys extends keyof T> = Omit<T, Keys> & Record<Keys, JsonObject>;

export type Locale = "en" | "id";
export type Role = S["Membership"]["role"];
export type Money = S["Money"];
export interface Page<T> { items: T[]; next: string | null }
export type Membership = S["Membership"];
export type Session = S["Session"];
export type CellToken = S["CellToken"];
export type WorkProject = S["WorkProject"];
export type Lease = With<Omit<S["Lease"], "draft" | "suggestion">, "params" | "config"> & { draft: JsonObject | null; suggestion: JsonObject | null };
export type Instructions = With<S["Instructions"], "config">;
export type Policy = ({ type: "fixed"; answers: number } | { type: "target"; confidence: number; min: number; max: number; cost_cap?: Money; escalate?: { to: string; answers: number } }) & { gold_share?: number; exam?: { tasks: number; right: number; attempts: number } };
export type Project = With<Omit<S["Project"], "policy">, "config"> & { policy: Policy };
export type Progress = S["Progress"];
export type LabelerSkill = S["LabelerSkill"];
export type Gold = With<S["Gold"], "answer">;
export type ExamStanding = S["ExamStanding"];
export type Quality = S["Quality"];
export type ObjectClass = S["ObjectClass"];
export type Estimate = S["Estimate"];
export type Labeler = S["Labeler"];
export type Doubt = S["Doubt"];
export type LabelerReport = S["LabelerReport"];
export type OwnReport = S["OwnReport"];
export type LabelerPace = S["Pace"];
export type LabelerStretch = S["Stretch"];
export type LabelerEvidence = S["Evidence"];
export type Calibration = S["Calibration"];
export type JudgedLabeler = S["LabelerQuality"];
export type Verdict = With<S["Verdict"], "answer">;
export type Task = With<Omit<S["Task"], "metadata" | "verdict" | "suggestion">, "params">
  & { metadata: JsonObject | null; verdict: Verdict | null; suggestion: { answer: JsonObject; source: string | null } | null };
export type Answer = With<S["Answer"], "answer">;
export type Answers = Omit<S["Answers"], "items" | "verdict" | "gold"> & { items: Answer[]; verdict: Verdict | null; gold: JsonObject | null };
export type Import = S["Import"];
export type RowErrors = S["RowErrors"];
export type Export = S["Export"];
export type Key = S["Key"] & { key?: string };
export type Member = S["Member"];
export type Invitation = S["Invitation"] & { url?: string; token?: string };
export type Callback = S["Callback"];
export type Model = S["Model"];
export type ModelProject = S["ModelProject"];
export type Delivery = S["Delivery"];
export type Client = S["Client"] & { live_key?: string; test_key?: string };
