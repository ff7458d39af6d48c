/** One labeler's stream of leases in one project. The next one is here before this one is handed in. */
import { type Fault, Problem } from "@/api/problem";
import type { JsonObject, Lease } from "@/api/types";

export interface WorkApi {
  next: (prefetch: boolean) => Promise<Lease | null>;
  open: (lease: Lease) => Promise<unknown>;
  submit: (lease: Lease, answer: JsonObject, activeMs: number) => Promise<unknown>;
  skip: (lease: Lease, reason: string) => Promise<unknown>;
  /** The server has it: what was kept of it here may go. */
  done: (lease: Lease) => void;
}
export interface Work {
  /** `waiting`: handed in, the next one is on its way. `lost`: the time for this one ran out. */
  phase: "loading" | "working" | "waiting" | "lost" | "done";
  lease: Lease | null;
  flaws: Fault[];
  error: unknown;
  /** Whether the time ran out for a task that is no longer on the screen. */
  missed: boolean;
  sent: number;
  earned: number;
}
type Act = (lease: Lease) => Promise<unknown>;

const START: Work = { phase: "loading", lease: null, flaws: [], error: null, missed: false, sent: 0, earned: 0 };
const told = (error: unknown, code: string): boolean => error instanceof Problem && error.code === code;

export class WorkStream {
  private now: Work = START;
  private ahead: { lease: Lease | null; coming: Promise<Lease | null> } | null = null;
  private queue: Promise<void> = Promise.resolve();
  /** Rises when what was queued must not run: an earlier step went wrong. */
  private course = 0;
  private readonly heard = new Set<() => void>();

  constructor(private readonly api: WorkApi) {}

  read = (): Work => this.now;
  listen = (hear: () => void): (() => void) => { this.heard.add(hear); return () => this.heard.delete(hear); };

  private set(part: Partial<Work>): void {
    this.now = { ...this.now, ...part };
    for (const hear of this.heard) hear();
  }

  start(): Promise<void> {
    this.course++;
    this.ahead = null;
    this.set({ ...START, sent: this.now.sent, earned: this.now.earned });
    return this.arrive(this.course, this.api.next(false));
  }

  /** Shows what comes, unless something else is on the screen by then, and asks for the one after it. */
  private async arrive(course: number, coming: Promise<Lease | null>): Promise<void> {
    try {
      const lease = await coming;
      if (course !== this.course) return;
      this.set(lease === null ? { phase: "done", lease: null } : { phase: "working", lease });
      if (lease !== null) this.prefetch();
    } catch (error) {
      if (course === this.course) this.set({ phase: "done", lease: null, error });
    }
  }

  private prefetch(): void {
    const coming = this.api.next(true).catch(() => null);
    const ahead: NonNullable<typeof this.ahead> = { lease: null, coming };
    this.ahead = ahead;
    void coming.then((lease) => { ahead.lease = lease; });
  }

  submit(answer: JsonObject, activeMs: number): void { this.finish((lease) => this.api.submit(lease, answer, activeMs), true); }
  skip(reason: string): void { this.finish((lease) => this.api.skip(lease, reason), false); }

  /** Hands in, and shows the next one at once if it is here; what goes wrong brings this one back. */
  private finish(act: Act, paid: boolean): void {
    const { lease, phase } = this.now;
    if (lease === null || phase !== "working") return;
    const next = this.ahead?.lease ?? null;
    if (next !== null) this.ahead = null;
    this.set({ lease: next, phase: next === null ? "waiting" : "working", flaws: [], error: null, missed: false });
    const { course } = this;
    this.queue = this.queue.then(() => (course === this.course ? this.step(lease, next, act, paid) : undefined));
  }

  private async step(lease: Lease, next: Lease | null, act: Act, paid: boolean): Promise<void> {
    const { course } = this;
    try {
      await act(lease);
      this.api.done(lease);
      if (paid) this.set({ sent: this.now.sent + 1, earned: this.now.earned + lease.price.micros });
    } catch (error) {
      if (told(error, "lease-lost")) this.set({ missed: true });
      else if (!told(error, "already-submitted")) { this.back(lease, next, error); return; }
    }
    if (course !== this.course) return;
    if (next === null) { await this.arrive(course, this.soon()); return; }
    try {
      await this.api.open(next);
      if (this.ahead === null) this.prefetch();
    } catch (error) {
      if (course !== this.course) return;
      if (told(error, "lease-lost") || told(error, "not-found")) { this.course++; await this.arrive(this.course, this.api.next(false)); }
      else this.set({ error });
    }
  }

  /** The lease that was asked for ahead, opened; or a new one. */
  private async soon(): Promise<Lease | null> {
    const { ahead } = this;
    this.ahead = null;
    const lease = await ahead?.coming;
    if (!lease) return this.api.next(false);
    try {
      await this.api.open(lease);
      return lease;
    } catch (error) {
      if (error instanceof Problem && error.status === 409) return this.api.next(false);
      throw error;
    }
  }

  private back(lease: Lease, next: Lease | null, error: unknown): void {
    this.course++;
    if (next !== null) this.ahead = { lease: next, coming: Promise.resolve(next) };
    const faults = error instanceof Problem && error.status === 422 ? error.faults : [];
    this.set({ lease, phase: "working", flaws: faults, error });
  }

  /** A heartbeat said that the lease is gone: the work stays on the screen until the labeler goes on. */
  lost(lease: Lease): void {
    if (this.now.lease?.lease_id === lease.lease_id && this.now.phase === "working") this.set({ phase: "lost" });
  }
}
