"""`neraca quality PROJECT --labeler WHO`: one labeler of a project."""

import re

from neraca.cli.speech import Refused, cut
from neraca.client import Client
from neraca.wire.quality import LabelerReport, Rate

SHOWN = 10
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def find(client: Client, project_id: str, who: str) -> str:
    """The id of a labeler, who may be named by their handle. Raises Refused where nobody, or more than one, is."""
    if ID.fullmatch(who):
        return who
    found = [one.labeler for one in client.projects.labelers(project_id) if one.handle == who]
    if len(found) != 1:
        told = "Nobody" if not found else f"{len(found)} labelers"
        raise Refused(f"{told} in this project {'is' if not found else 'are'} called {cut(who, 80)}: give the id.")
    return found[0]


def tell(told: LabelerReport) -> None:
    """Prints what is known of them."""
    print(f"labeler           {cut(told.handle, 80)} ({told.kind}), {told.answers} answers")
    if told.accuracy is not None and told.low is not None and told.high is not None:
        print(f"right             {told.accuracy:.1%} (95 % interval {told.low:.1%} to {told.high:.1%})")
    if told.gold is not None:
        print(f"on gold           {_rate(told.gold)}")
    pace = told.speed
    if pace is not None:
        print(
            f"half within       {pace.median_seconds:.1f} s; of everybody's answers {pace.crowd_median_seconds:.1f} s"
        )
    if told.estimated_at is None:
        print("estimate          none yet: it is made after 200 answers, where classes are asked for")
        return
    print(f"estimate          {told.estimated_at:%Y-%m-%d %H:%M} UTC")
    for n, one in enumerate(told.evidence):
        if n == 0:
            print("\nwhat was tested")
        print(f"  {'look' if one.against else 'usual':6} {cut(one.sentence, 1000)}")
    _classes(told)
    for n, part in enumerate(told.stretches):
        if n == 0:
            print(f"\n{'work until':18} answers  same as the verdict          right on gold")
        agree, gold = ("-" if rate is None else _rate(rate) for rate in (part.agree, part.gold))
        print(f"{part.until:%Y-%m-%d %H:%M}   {part.answers:7}  {agree:28} {gold}")


def _classes(told: LabelerReport) -> None:
    for n, one in enumerate(told.classes[:SHOWN]):
        if n == 0:
            print(f"\n{'class':24} answers  right  95 % interval")
        print(f"{cut(one.name, 24):24} {one.answers:7.1f}  {one.right:5.0%}  {one.low:5.0%} to {one.high:4.0%}")
    wrong = [cell for cell in told.confusion if cell.truth != cell.said][:SHOWN]
    for n, cell in enumerate(wrong):
        if n == 0:
            print(f"\n{'is':24} {'said':24} answers")
        print(f"{cut(cell.truth, 24):24} {cut(cell.said, 24):24} {cell.answers:7.1f}")


def _rate(rate: Rate) -> str:
    return f"{rate.right} of {rate.of} ({rate.low:.0%} to {rate.high:.0%})"
