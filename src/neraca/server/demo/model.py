"""The model labeler: a support vector classifier that saw 200 digits, and looks at the pictures it is leased."""

import io

import numpy as np
from PIL import Image
from sklearn import svm

from neraca.server.demo.digits import DARKEST, Digits

TRAINED_ON = 200
NAME = f"Model: SVM trained on {TRAINED_ON} digits"


class Model:
    """Trained on the first scans, which are left out of the work."""

    def __init__(self, digits: Digits) -> None:
        self._found = svm.SVC(gamma=0.001)
        self._found.fit(digits.ink[:TRAINED_ON], digits.truth[:TRAINED_ON])

    def says(self, picture: bytes) -> int:
        """The digit in a PNG of 8 x 8 pixels."""
        grey = np.asarray(Image.open(io.BytesIO(picture)).convert("L"), dtype=np.float64)
        ink = (1 - grey / 255) * DARKEST
        return int(self._found.predict(ink.reshape(1, -1))[0])
