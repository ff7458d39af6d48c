"""Photographs that scikit-image and scikit-learn ship, each with who made it and under which licence."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Photograph:
    """A file of a package's data folder."""

    package: str
    file: str
    title: str
    credit: str

    @property
    def path(self) -> Path:
        """Where it is. Raises ModuleNotFoundError if the package is not installed."""
        spec = importlib.util.find_spec(self.package)  # the package itself is not imported: it is large
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"The package {self.package} is missing.", name=self.package)
        folder = "data" if self.package == "skimage" else "datasets/images"
        return Path(spec.origin).parent / folder / self.file


CC0 = "CC0"
PUBLIC = "public domain"
FREE = "no known copyright restrictions"


def _of_skimage(file: str, title: str, by: str, licence: str) -> Photograph:
    return Photograph("skimage", file, title, f"{title}: {by}, {licence}, as shipped with scikit-image")


def _of_sklearn(file: str, title: str, by: str) -> Photograph:
    return Photograph("sklearn", file, title, f"{title}: {by} on Flickr, CC BY 2.0, as shipped with scikit-learn")


TO_BOX = (
    _of_skimage("coffee.png", "Coffee", "Rachel Michetti", CC0),
    _of_skimage("astronaut.png", "Eileen Collins", "NASA", PUBLIC),
    _of_skimage("chelsea.png", "Chelsea the cat", "Stefan van der Walt", CC0),
    _of_skimage("camera.png", "Cameraman", "Lav Varshney", CC0),
    _of_sklearn("china.jpg", "Summer palace", "danielbuechele"),
    _of_sklearn("flower.jpg", "Flower", "vultilion"),
    _of_skimage("rocket.jpg", "Rocket", "SpaceX", PUBLIC),
    _of_skimage("clock_motion.png", "Clock in motion", "Stefan van der Walt", PUBLIC),
    _of_skimage("coins.png", "Greek coins from Pompeii", "Brooklyn Museum Collection", FREE),
    _of_skimage("hubble_deep_field.jpg", "Hubble deep field", "NASA", PUBLIC),
)

TO_SORT = (
    *TO_BOX,
    _of_skimage("brick.png", "Bricks", "CC0Textures", CC0),
    _of_skimage("grass.png", "Grass", "CC0Textures", CC0),
    _of_skimage("gravel.png", "Gravel", "CC0Textures", CC0),
    _of_skimage("retina.jpg", "Retina", "Häggström, Mikael", CC0),
    _of_skimage("microaneurysms.png", "Microaneurysms", "Andreas Maier", CC0),
    _of_skimage("ihc.png", "Stained colon tissue", "Center for Microscopy And Molecular Imaging", FREE),
    _of_skimage("text.png", "Text", "scikit-image", PUBLIC),
)


def credits_of(pictures: tuple[Photograph, ...]) -> str:
    """A Markdown list of who made them."""
    return "\n".join(f"* {one.credit}" for one in pictures)
