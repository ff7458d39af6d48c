"""1,797 scans of handwritten digits, 8 x 8 pixels, from scikit-learn (UCI ML hand-written digits, E. Alpaydin)."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn import datasets

DARKEST = 16  # how dark a pixel can be in this data
CREDIT = "UCI ML hand-written digits, E. Alpaydin and C. Kaynak, CC BY 4.0, as shipped with scikit-learn"
NAME = "Which digit is it?"


@dataclass(frozen=True, slots=True)
class Digits:
    """`ink` is n x 64 (0 white to 16 black), `truth` n digits."""

    ink: NDArray[np.float64]
    truth: NDArray[np.int64]

    def picture(self, i: int) -> bytes:
        """The i-th scan as a PNG of 8 x 8 pixels, dark on white."""
        grey = np.rint(255 * (1 - self.ink[i].reshape(8, 8) / DARKEST)).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(grey).save(file, "PNG")
        return file.getvalue()


def load() -> Digits:
    """All scans."""
    found = datasets.load_digits()
    return Digits(np.asarray(found.data, dtype=np.float64), np.asarray(found.target, dtype=np.int64))


def external_id(i: int) -> str:
    """What the i-th scan is called in a task."""
    return f"digit-{i:04}"
