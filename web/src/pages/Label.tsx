import { Alert, Button, Drawer, Loader } from "@mantine/core";
import { useMediaQuery, useNetwork } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { cell } from "@/api/http";
import { Problem } from "@/api/problem";
import { enter } from "@/api/session";
import type { Instructions } from "@/api/types";
import { kindUi } from "@/editor/kinds";
import { type Shortcut, occupied, pressed } from "@/editor/shortcuts";
import { useWork } from "@/editor/useWork";
import { useSaid, useSay } from "@/kit/say";
import { useTitle } from "@/kit/title";
import { ProblemNote } from "@/ui/ProblemNote";
import { Prose } from "@/ui/Prose";
import { ExamNote, ExamOver, useExam } from "./label/Exam";
import { Help } from "./label/Help";
import { Skip } from "./label/Skip";
import { WorkBar } from "./label/WorkBar";
import "./label/label.css";

type Act = "submit" | "skip" | "instructions" | "help";
const KEYS: readonly Shortcut<Act>[] = [
  { id: "submit", keys: ["mod+Enter"], say: "label.key.submit" },
  { id: "skip", keys: ["mod+Backspace"], say: "label.key.skip" },
  { id: "instructions", keys: ["i"], say: "label.key.instructions" },
  { id: "help", keys: ["?"], say: "label.key.help" },
];

/** Nearly all of the window is for the work; what it pays and how it is done is always at hand. */
export function Label() {
  const { client, project } = useParams({ strict: false }) as { client: string; project: string };
  const say = useSay();
  const said = useSaid();
  const queries = useQueryClient();
  const router = useRouter();
  const { online } = useNetwork();
  const wide = useMediaQuery("(min-width: 60em)", true) ?? true;
  const work = useWork(client, project);
  const [open, setOpen] = useState<"help" | "skip" | null>(null);
  const [told, setTold] = useState("");
  const { data, error } = useQuery({
    queryKey: ["instructions", client, project],
    queryFn: () => cell<Instructions>(client, `/api/work/projects/${project}/instructions`),
  });
  const sat = useExam(client, project, work.lease, work.phase, data?.exam ?? null);
  const [reading, read] = useReading(project, wide);
  const { lease, phase } = work;
  const kind = lease?.kind ?? data?.kind;
  const ui = kind === undefined ? undefined : kindUi(kind);
  useTitle(data?.name);
  useEffect(() => { void ui?.Editor.preload(); }, [ui]);
  useEffect(() => {
    if (!(work.error instanceof Problem) || work.error.status !== 401) return;
    enter(queries, null); // the draft stays in this browser
    void router.invalidate();
  }, [work.error, queries, router]);

  const submit = (given = work.answer ?? ui?.blank ?? null) => {
    if (given === null || !lease || !ui) return;
    setTold(ui.tell(given, lease.config, (key, values) => said(key, values) ?? key));
    work.submit(given);
  };
  const acts: Record<Act, () => void> = {
    submit, instructions: () => read(!reading), help: () => setOpen("help"), skip: () => { if (lease && phase === "working") setOpen("skip"); },
  };
  useEffect(() => {
    const heard = (e: KeyboardEvent) => {
      const act = occupied(e) ? undefined : pressed(KEYS, e);
      if (!act || (act === "submit" && ui?.oneStep)) return;
      e.preventDefault();
      acts[act]();
    };
    addEventListener("keydown", heard);
    return () => removeEventListener("keydown", heard);
  });
  const place = useRef<HTMLElement>(null);
  const own = lease?.params["instruction"];
  const instructions = (
    <>
      {typeof own === "string" && <section className="own"><h3>{say("label.own")}</h3><Prose>{own}</Prose></section>}
      <Prose>{data?.instructions || (typeof own === "string" ? "" : say("label.no-instructions"))}</Prose>
    </>
  );
  return (
    <div className="work">
      <a className="skip" href="#main">{say("skip")}</a>
      <WorkBar terms={data} work={work} told={told} oneStep={ui?.oneStep ?? true} reading={reading} onAct={(act) => acts[act]()} />
      <div className="work-notes">
        <ExamNote lease={lease} standing={data?.exam ?? null} sat={sat} />
        {!online && <Alert color="yellow" role="status" py={6} px="md">{say("offline")}</Alert>}
        {work.missed && <Alert color="yellow" role="status" py={6} px="md">{say("label.missed")}</Alert>}
        {phase === "lost" && <Alert color="yellow" role="alert" py={6} px="md">{say("problem.lease-lost")} <Button size="compact-sm" ml="sm" onClick={work.again}>{say("label.go-on")}</Button></Alert>}
        {typeof own === "string" && !(reading && wide) && <section className="own-above" aria-label={say("label.own")}><Prose>{own}</Prose></section>}
        {lease?.suggestion && phase === "working" && <p className="muted suggested" role="note">{say("label.suggested")}</p>}
        <ProblemNote error={error ?? plain(work.error, work.flaws.length > 0)} />
      </div>
      <main id="main" className="work-main" tabIndex={-1} ref={place} inert={phase === "lost"}>
        {(phase === "loading" || phase === "waiting") && <Middle><Loader type="dots" className="wait" aria-label={say("loading")} /></Middle>}
        {phase === "done" && !work.error && (
          <Middle>
            {data?.exam && data.exam.state !== "passed" ? <ExamOver standing={data.exam} /> : (
              <><h2>{say("label.done")}</h2><p className="muted">{say("label.done.about", { n: work.sent })}</p></>
            )}
            <Button renderRoot={(p) => <Link to="/" {...p} />}>{say("label.home")}</Button>
          </Middle>
        )}
        {phase === "done" && Boolean(work.error) && <Middle><Button onClick={work.again}>{say("wrong.again")}</Button></Middle>}
        {lease && ui && (
          <Suspense fallback={<Middle><Loader type="dots" className="wait" aria-label={say("loading")} /></Middle>}>
            <ui.Editor key={lease.lease_id} params={lease.params} config={lease.config} media={lease.media} credits={lease.credits} answer={work.answer}
              flaws={work.flaws} onChange={work.change} onSubmit={submit} />
          </Suspense>
        )}
        {lease && !ui && <Middle><p>{say("label.no-kind", { kind: lease.kind })}</p></Middle>}
      </main>
      {reading && wide && <aside className="work-side" tabIndex={0} aria-label={say("label.instructions")}><h2>{say("label.instructions")}</h2>{instructions}</aside>}
      <Drawer opened={reading && !wide} onClose={() => read(false)} position="right" title={say("label.instructions")} closeButtonProps={{ "aria-label": say("close") }}>{instructions}</Drawer>
      <Help opened={open === "help"} onClose={() => setOpen(null)} groups={[["label.keys.page", KEYS.filter((k) => k.id !== "submit" || !ui?.oneStep)], ["label.keys.work", ui?.shortcuts ?? []]]} />
      <Skip opened={open === "skip"} onClose={() => { setOpen(null); place.current?.focus(); }} onSkip={(reason) => { setTold(""); work.skip(reason); }} />
    </div>
  );
}

const Middle = ({ children }: { children: ReactNode }) => <div className="work-middle">{children}</div>;

/** Faults that the editor shows beside their object are not told twice. */
const plain = (error: unknown, shown: boolean): unknown => (shown && error instanceof Problem ? new Problem(error.status, error.code, error.detail, []) : error);

/** Beside the work, instructions are open the first time and then as they were left; over it, only when asked for. */
function useReading(project: string, wide: boolean): [boolean, (open: boolean) => void] {
  const place = `neraca.reading.${project}`;
  const [beside, setBeside] = useState(() => localStorage.getItem(place) !== "no");
  const [above, setAbove] = useState(false);
  const read = (open: boolean) => {
    if (!wide) { setAbove(open); return; }
    localStorage.setItem(place, open ? "yes" : "no");
    setBeside(open);
  };
  return [wide ? beside : above, read];
}
