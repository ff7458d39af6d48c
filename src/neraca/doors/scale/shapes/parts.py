"""What several task types share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator


class Open(BaseModel):
    """Whatever else is sent is kept; numbers may come as text."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


Text = Annotated[str, StringConstraints(min_length=1)]
Side = Annotated[float, Field(ge=0)]


class Asked(Open):
    """Parameters. Code that writes null for what it does not set means the default."""

    @model_validator(mode="before")
    @classmethod
    def unset(cls, given: Any) -> Any:
        if isinstance(given, dict) and None in given.values():
            return {name: value for name, value in given.items() if value is not None}
        return given


class LabelDescription(Asked):
    """A label with labels below it; only the leaves are chosen."""

    choice: Text
    subchoices: "list[Label] | None" = None
    display: str | None = None


Label = Text | LabelDescription
Labels = Annotated[list[Label], Field(min_length=1)]
Texts = Annotated[list[Text], Field(min_length=1)]
Table = dict[str, JsonValue]


class Point(Open):
    x: float
    y: float


class Linked(Open):
    """A file by its address."""

    url: Text


class Nothing(Open):
    """A type whose form is not public: any object."""


def flag(value: object) -> bool:
    """A flag that has been checked; a form sends a word."""
    return str(value).lower() in {"true", "1", "t", "y", "yes", "on"}


def leaves(labels: list[Any]) -> list[tuple[str, str]]:
    """(label, what is shown for it) of every label that can be chosen, in order."""
    found: list[tuple[str, str]] = []
    for label in labels:
        if isinstance(label, str):
            found.append((label, label))
        elif label.get("subchoices"):
            found += leaves(label["subchoices"])
        else:
            found.append((label["choice"], label.get("display") or label["choice"]))
    return found
