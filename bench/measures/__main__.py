"""`python -m bench.measures`: prints the comparison on simulated truth, and on real crowds where they are.

NERACA_CROWDS names a folder of recorded crowds (numeric_wordsim, s_adult, text_crowdspeech_dev_clean,
pairwise_ukpconvarg, polygon_lidc); without it only the simulated ones are run.
"""

import os
import sys
import time
from pathlib import Path

from bench.measures import copied, real, simulated
from bench.measures.table import shown


def main() -> None:
    """Both tables in Markdown on stdout, progress on stderr."""
    start = time.process_time()
    print("## Simulated truth\n")
    print(shown(simulated.rows()))
    print("\n".join(copied.honest()))
    print(f"simulated: {time.process_time() - start:.0f} CPU-s", file=sys.stderr)
    folder = os.environ.get("NERACA_CROWDS")
    print("\n## Real crowds\n")
    if not folder:
        print("Not run: NERACA_CROWDS names no folder of recorded crowds.")
        return
    found, told = real.rows(Path(folder))
    print(shown(found))
    for line in told:
        print(f"\n{line}")
    print("\n" + "\n".join(copied.real(Path(folder))))
    print(f"all: {time.process_time() - start:.0f} CPU-s", file=sys.stderr)


if __name__ == "__main__":
    main()
