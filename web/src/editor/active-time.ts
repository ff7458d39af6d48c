/** Working time: the page is visible and there was input within five minutes. */
const IDLE_MS = 300_000;

export class ActiveTime {
  private total = 0;
  private last: number;
  constructor(private readonly now: () => number, private readonly visible: () => boolean) {
    this.last = now();
  }
  private input = 0;
  start(): void { this.total = 0; this.last = this.input = this.now(); }
  touched(): void { this.tick(); this.input = this.now(); }
  /** Adds the time since the last look, if it was worked; call at least once a second. */
  tick(): number {
    const now = this.now();
    if (this.visible() && now - this.input <= IDLE_MS) this.total += now - this.last;
    this.last = now;
    return Math.round(this.total);
  }
}
