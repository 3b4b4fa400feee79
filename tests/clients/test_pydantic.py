"""A collection from a pydantic model, whose schema is sent as pydantic makes it."""
import datetime
import enum
import uuid
from typing import Annotated, Literal, Optional, Union

import httpx
import pydantic
import pytest
from conftest import ADMIN


class Phase(enum.Enum):
    SOLID = "solid"
    LIQUID = "liquid"


class Grid(pydantic.BaseModel):
    kind: Literal["grid"] = "grid"
    points: int = pydantic.Field(50, ge=1)


class Basis(pydantic.BaseModel):
    kind: Literal["basis"] = "basis"
    name: str


class Step(pydantic.BaseModel):
    label: str = "step"
    then: list["Step"] = []


class Run(pydantic.BaseModel):
    """A run of a program."""

    model_config = pydantic.ConfigDict(extra="forbid")

    name: str = pydantic.Field(min_length=1, max_length=80)
    phase: Phase = Phase.SOLID
    energy: Optional[float] = None
    grid: Grid = Grid(points=10)
    fine: Optional[Grid] = None
    part: Annotated[Union[Grid, Basis], pydantic.Field(discriminator="kind")] = Basis(name="sto-3g")
    window: tuple[int, int] = (0, 1)
    weights: dict[str, float] = {}
    steps: list[Step] = []
    at: Optional[datetime.datetime] = None
    day: Optional[datetime.date] = None
    key: Optional[uuid.UUID] = None
    note: Union[int, str, None] = None


@pytest.fixture(scope="module")
def api(systems):
    system = systems("HS256")
    headers = {"Authorization": f"Bearer {system.login(*ADMIN)}"}
    with httpx.Client(base_url=f"{system.resource}/api", headers=headers, timeout=60) as http:
        made = http.put("/collections/runs", json={"name": "runs", "schema": Run.model_json_schema()})
        assert made.status_code == 201, made.text
        yield http


SPARSE = [
    {"name": "a"},
    {"name": "b", "fine": {}, "grid": {}, "steps": [{}, {"then": [{"label": "x"}]}]},
    {"name": "c", "energy": -1.5, "part": {"kind": "grid", "points": 7}, "window": [2, 3], "note": 5, "phase": "liquid"},
    {"name": "d", "at": "2027-03-04T08:00:00Z", "day": "2027-03-04", "key": "6f1c2f0e-1d3c-4f6a-9a53-3d1d3a5a7f10"},
]


@pytest.mark.parametrize("sent", SPARSE, ids=lambda sent: sent["name"])
def test_what_is_stored_is_what_the_model_makes_of_it(api, sent):
    expected = Run.model_validate(sent).model_dump(mode="json")
    made = api.post("/runs", json=sent)
    assert made.status_code == 201, made.text
    stored = {name: value for name, value in made.json().items() if not name.startswith("_")}
    assert Run.model_validate(stored).model_dump(mode="json") == expected
    assert stored == expected
    replaced = api.put(f"/runs/{made.json()['_id']}", json=sent)
    assert replaced.status_code == 200, replaced.text
    assert {name: value for name, value in replaced.json().items() if not name.startswith("_")} == expected


def test_what_the_model_refuses_is_refused(api):
    for sent in ({}, {"name": ""}, {"name": "a", "phase": "gas"}, {"name": "a", "other": 1}, {"name": "a", "window": [1, "x"]}):
        with pytest.raises(pydantic.ValidationError):
            Run.model_validate(sent)
        assert api.post("/runs", json=sent).status_code == 422, sent


def test_a_complete_dump_is_stored_as_it_is(api):
    dump = Run(name="e", steps=[Step(then=[Step()])]).model_dump(mode="json")
    made = api.post("/runs", json=dump).json()
    assert {name: value for name, value in made.items() if not name.startswith("_")} == dump
