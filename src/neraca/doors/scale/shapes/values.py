"""What an annotation of the newer form may hold: twelve types, each as strict as the client that reads it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, TypeAdapter
from pydantic import ValidationError as Invalid

Number = StrictInt | StrictFloat


class Strict(BaseModel):
    """Whatever else is sent is kept; what is known has its exact type, for the client converts nothing."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


class Criterion(Strict):
    weight: Number | None = None


class Rating(Strict):
    score: Number | None = None
    color: StrictStr | None = None
    justification: StrictStr | None = None


class Labeled(Strict):
    label: StrictStr
    text: StrictStr


class Output(Strict):
    """What a program wrote: its text, or where it lies."""

    content: StrictStr | None = None
    url: StrictStr | None = None
    scale_url: StrictStr | None = None


class OutputFile(Strict):
    scale_url: StrictStr
    file_name: StrictStr | None = None
    url: StrictStr | None = None
    file_language: StrictStr | None = None
    file_content: StrictStr | None = None


class Access(Strict):
    """How a workspace is reached."""

    workspace_id: StrictStr
    workspace_url: StrictStr
    workspace_token: StrictStr
    expires_at: StrictStr
    inactivity_freeze_time: StrictInt
    force_enable_workspace_access: StrictBool | None = None
    workspace_image_version: StrictInt | None = None


class Workspace(Strict):
    """A machine on which somebody worked, with what was left there."""

    workspace_id: StrictStr | None = None
    workspace_config: Access | None = None
    last_code_run_event: dict[str, Any] | None = None
    output_files: list[OutputFile] | None = None
    stdout_output: Output | None = None
    stderr_output: Output | None = None
    test_stdout_output: Output | None = None
    test_stderr_output: Output | None = None


Texts = list[StrictStr]
Files = Annotated[dict[str, Any] | list[dict[str, Any]], Field(union_mode="left_to_right")]
VALUES: dict[str, TypeAdapter[Any]] = {
    "integer": TypeAdapter(StrictInt),
    "boolean": TypeAdapter(StrictBool),
    "text": TypeAdapter(StrictStr),
    "category": TypeAdapter(StrictStr),
    "category_multiple": TypeAdapter(Texts),
    "file": TypeAdapter(Files),
    "ranked_choices": TypeAdapter(Texts),
    "ranked_groups": TypeAdapter(list[Texts]),
    "labeled_text": TypeAdapter(list[Labeled]),
    "rubric_criteria": TypeAdapter(Criterion),
    "rubric_rating": TypeAdapter(Rating),
    "workspace_container": TypeAdapter(Workspace),
}


def misfit(kind: str, value: Any) -> str | None:
    """Why a value is none of its type; None for one that is."""
    try:
        VALUES[kind].validate_python(value)
    except Invalid as wrong:
        first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in ("value", *first["loc"]))
        return f"{place} does not fit the type {kind}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return None
