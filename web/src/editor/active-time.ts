/** Working time: the page is visible and there was input within five minutes. */
const IDLE_MS = 300_000;

export class ActiveTime {
  private total = 0;
  private last: number;
  private input: number;
  constructor(private readonly now: () => number, private readonly visible: () => boolean) {
    this.last = this.input = this.now();
  }
  start(): void { this.total = 0; this.last = this.input = this.now(); }
  touched(): void { this.tick(); this.input = this.now(); }
  /** Whether someone is there. */
  working(): boolean { return this.visible() && this.now() - this.input <= IDLE_MS; }
  /** Adds the time since the last look, if it was worked; call at least once a second. */
  tick(): number {
    if (this.working()) this.total += this.now() - this.last;
    this.last = this.now();
    return Math.round(this.total);
  }
}
