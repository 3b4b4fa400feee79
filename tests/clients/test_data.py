"""Published data, loaded through the API, and held against what Python computes from the same numbers.

The equations of state of 71 elements (DeltaCodesDFT) and the 162 molecules of the G2 set are those of the package ase.
"""
import io
import json
import math
import os
import pathlib
import secrets
import statistics

import ase.data.g2_1
import ase.data.g2_2
import httpx
import numpy
import pandas
import pyarrow.parquet
import pymongo
import pytest
from ase.collections import dcdft
from ase.data import atomic_numbers
from ase.utils.deltacodesdft import delta
from conftest import ADMIN

DEFINITIONS = pathlib.Path(__file__).parent.parent / "fixtures" / "collections"
READ_AT = "2026-01-31T12:00:00.123456Z"
EQUATION = {"volume": "volume", "bulk_modulus": "B", "pressure_derivative": "Bp"}
FORMATS = ["text/csv", "application/x-ndjson", "application/vnd.apache.parquet"]


def elements():
    for symbol in dcdft.names:
        atoms, values = dcdft[symbol], dcdft.data[symbol]
        element = {
            "symbol": symbol, "number": int(atomic_numbers[symbol]), "atoms": len(atoms),
            "magnetic": bool(atoms.get_initial_magnetic_moments().any()), "cell": atoms.cell.array.tolist(),
        }
        for ours, theirs in [("calculated", "wien2k"), ("measured", "exp")]:
            if f"{theirs}_volume" in values:
                element[ours] = {name: float(values[f"{theirs}_{key}"]) for name, key in EQUATION.items()}
        yield element


def molecules():
    for name, values in (ase.data.g2_1.data | ase.data.g2_2.data).items():
        molecule = {
            "name": name, "description": values["description"], "set": values["database"], "cas": values["CAS No."],
            "atoms": len(values["positions"]), "magnetic": values["magmoms"] is not None,
            "positions": values["positions"], "enthalpy": values["enthalpy"],
            "thermal_correction": values["thermal correction"], "read_at": READ_AT,
            "ionization_energy": values.get("ionization energy", "NaN"),
        }
        if "ZPE" in values:
            molecule["zpe"] = values["ZPE"]
        yield molecule


class Api:
    """resource-service with both data sets in it."""

    def __init__(self, system):
        headers = {"Authorization": f"Bearer {system.login(*ADMIN)}"}
        self.http = httpx.Client(base_url=f"{system.resource}/api", headers=headers, timeout=60)
        self.documents = {"elements": list(elements()), "molecules": list(molecules())}
        for collection, documents in self.documents.items():
            for document in documents:
                made = self.http.post(f"/{collection}", json=document)
                assert made.status_code == 201, made.text

    def get(self, path, accept="application/json", **parameters):
        answer = self.http.get(path, params=parameters, headers={"Accept": accept})
        assert answer.status_code == 200, answer.text
        return answer

    def frame(self, path, accept, **parameters):
        """An export as pandas reads it, dotted columns and all."""
        body = self.get(path, accept, **parameters).content
        if accept == "text/csv":
            return pandas.read_csv(io.BytesIO(body))
        if accept == "application/x-ndjson":
            return pandas.json_normalize([json.loads(line) for line in body.splitlines()])
        return pandas.read_parquet(io.BytesIO(body))


@pytest.fixture(scope="module", params=["sqlite", "mongodb"])
def api(request, systems):
    settings = {"RESOURCE__COLLECTIONS__DIR": str(DEFINITIONS), "AUTH__TOKENS__ACCESS_TTL": "3600"}
    if request.param == "sqlite":
        yield Api(systems("HS256", **settings))
        return
    url, name = os.environ["TESSERA_TEST_MONGO"], f"clients_{secrets.token_hex(8)}"
    yield Api(systems("HS256", RESOURCE__STORE__URL=url.replace("/?", f"/{name}?"), **settings))
    pymongo.MongoClient(url).drop_database(name)


def bits(values):
    return numpy.asarray(values, dtype="float64").view("int64").tolist()


def test_there_are_71_elements_and_162_molecules(api):
    assert (len(api.documents["elements"]), len(api.documents["molecules"])) == (71, 162)
    for collection, documents in api.documents.items():
        assert api.get(f"/{collection}", count="exact", limit=1).json()["total"] == len(documents)


def test_queries_find_what_python_finds(api):
    def symbols(**parameters):
        return [item["symbol"] for item in api.get("/elements", limit=100, **parameters).json()["items"]]

    documents = api.documents["elements"]
    hard = [d for d in documents if d["calculated"]["bulk_modulus"] > 100 and d["calculated"]["volume"] <= 15]
    hard.sort(key=lambda d: (-d["calculated"]["bulk_modulus"], d["symbol"]))
    conditions = {"calculated.bulk_modulus[gt]": 100, "calculated.volume[lte]": 15}
    assert symbols(**conditions, sort="-calculated.bulk_modulus,symbol") == [d["symbol"] for d in hard]
    assert len(hard) > 10
    for document in documents:
        assert symbols(**{"calculated.volume": repr(document["calculated"]["volume"])}) == [document["symbol"]]
    assert set(symbols(**{"measured[exists]": "false"})) == {d["symbol"] for d in documents if "measured" not in d}


@pytest.mark.parametrize("field", ["enthalpy", "thermal_correction", "zpe"])
def test_sums_means_and_deviations_are_python_s_to_the_last_bit(api, field):
    functions = ["count", "sum", "avg", "min", "max", "stddev"]
    asked = {"group": ["set", "magnetic"], "stat": ["count"] + [f"{function}:{field}" for function in functions]}
    answer = api.get("/molecules/aggregate", **asked).json()
    expected = []
    for key in sorted({(d["set"], d["magnetic"]) for d in api.documents["molecules"]}):
        group = [d for d in api.documents["molecules"] if (d["set"], d["magnetic"]) == key]
        values = [d[field] for d in group if field in d]
        doubles = [float(value) for value in values]
        expected.append({
            "group": {"set": key[0], "magnetic": key[1]}, "count": len(group), f"count:{field}": len(values),
            f"sum:{field}": math.fsum(doubles), f"avg:{field}": statistics.mean(doubles), f"min:{field}": min(values),
            f"max:{field}": max(values), f"stddev:{field}": statistics.stdev(doubles),
        })
    assert answer == {"groups": expected, "total": 162}
    for group, wanted in zip(answer["groups"], expected):
        for function in ["sum", "avg", "stddev"]:
            assert bits([group[f"{function}:{field}"]]) == bits([wanted[f"{function}:{field}"]])


def test_integers_are_summed_exactly_and_nan_is_told(api):
    molecules = api.documents["molecules"]
    [group] = api.get("/molecules/aggregate", stat=["sum:cas", "min:ionization_energy", "max:ionization_energy", "sum:ionization_energy"]).json()["groups"]
    known = [d["ionization_energy"] for d in molecules if d["ionization_energy"] != "NaN"]
    assert group == {"group": {}, "sum:cas": sum(d["cas"] for d in molecules), "min:ionization_energy": "NaN",
                     "max:ionization_energy": max(known), "sum:ionization_energy": "NaN"}
    [group] = api.get("/molecules/aggregate", stat="sum:ionization_energy", **{"ionization_energy[gt]": 0}).json()["groups"]
    assert group["sum:ionization_energy"] == math.fsum(known)


@pytest.mark.parametrize("accept", FORMATS)
def test_elements_are_the_same_numbers_in_every_format(api, accept):
    frame = api.frame("/elements", accept, sort="number")
    documents = sorted(api.documents["elements"], key=lambda d: d["number"])
    assert frame["symbol"].tolist() == [d["symbol"] for d in documents]
    for column in ["number", "atoms", "_revision"]:
        assert frame[column].dtype == "int64"
    assert frame["number"].tolist() == [d["number"] for d in documents]
    assert frame["magnetic"].dtype == "bool" and frame["magnetic"].tolist() == [d["magnetic"] for d in documents]
    for part in ["calculated", "measured"]:
        for name in EQUATION:
            column = frame[f"{part}.{name}"]
            expected = [d[part][name] if part in d else math.nan for d in documents]
            assert column.dtype == "float64"
            assert column.isna().tolist() == [math.isnan(value) for value in expected]
            assert bits(column.fillna(0)) == bits([0 if math.isnan(value) else value for value in expected])
    cells = frame["cell"] if accept == "application/x-ndjson" else frame["cell"].map(json.loads)
    assert cells.tolist() == [d["cell"] for d in documents]
    # The purpose of the data: how far two equations of state are apart.
    both = frame[frame["measured.volume"].notna()]
    ours = [delta(*row) for row in both[[f"{part}.{name}" for part in ["calculated", "measured"] for name in EQUATION]].to_numpy().tolist()]
    theirs = [delta(*d["calculated"].values(), *d["measured"].values()) for d in documents if "measured" in d]
    assert bits(ours) == bits(theirs)


@pytest.mark.parametrize("accept", FORMATS)
def test_molecules_are_the_same_numbers_in_every_format(api, accept):
    frame = api.frame("/molecules", accept, sort="-enthalpy,name", **{"set": "G2-2"})
    documents = [d for d in api.documents["molecules"] if d["set"] == "G2-2"]
    documents.sort(key=lambda d: (-d["enthalpy"], d["name"]))
    assert frame["name"].tolist() == [d["name"] for d in documents]
    assert frame["cas"].dtype == "int64" and frame["cas"].tolist() == [d["cas"] for d in documents]
    for column in ["enthalpy", "thermal_correction"]:
        assert frame[column].dtype == "float64"
        assert bits(frame[column]) == bits([d[column] for d in documents])
    assert frame["zpe"].isna().tolist() == ["zpe" not in d for d in documents]
    energies = frame["ionization_energy"].astype("float64")
    assert [None if math.isnan(value) else value for value in energies] == [None if d["ionization_energy"] == "NaN" else d["ionization_energy"] for d in documents]
    times = frame["read_at"] if accept.endswith("parquet") else pandas.to_datetime(frame["read_at"], format="ISO8601")
    assert str(times.dtype) == "datetime64[us, UTC]"
    assert set(times) == {pandas.Timestamp(READ_AT)}


def test_parquet_says_what_its_columns_are(api):
    body = api.get("/molecules", "application/vnd.apache.parquet").content
    schema = pyarrow.parquet.read_schema(io.BytesIO(body))
    assert [(field.name, str(field.type)) for field in schema] == [
        ("_id", "string"), ("_revision", "int64"), ("_created_at", "timestamp[us, tz=UTC]"),
        ("_updated_at", "timestamp[us, tz=UTC]"), ("_owner", "string"), ("name", "string"),
        ("description", "string"), ("set", "string"), ("cas", "int64"), ("atoms", "int64"),
        ("magnetic", "bool"), ("symbols", "string"), ("positions", "string"),
        ("enthalpy", "double"), ("thermal_correction", "double"), ("zpe", "double"),
        ("ionization_energy", "double"), ("read_at", "timestamp[us, tz=UTC]"), ("_rest", "string"),
    ]
    # A document may be older than what the definition demands today.
    assert all(field.nullable for field in schema)
    # NaN is a value and a missing one is none.
    table = pyarrow.parquet.read_table(io.BytesIO(body))
    assert (table["ionization_energy"].null_count, table["zpe"].null_count) == (0, 14)
    assert table["_rest"].null_count == 162


def calculations():
    """What three codes put into the open parts of a calculation."""
    code = {"name": "vasp"}
    yield {"name": "a", "code": code, "status": "finished", "parameters": {"encut": 520, "kpoints": {"mesh": [4, 4, 4]}, "spin": True},
           "results": {"energy": {"value": -13.6, "unit": "eV"}, "steps": {"value": 12}}, "tags": ["x, \"y\"\n", "z"]}
    yield {"name": "b\r\n\"quoted\", é", "code": code, "status": "finished", "parameters": {"encut": 400, "seed": 2**63 - 1, "xc": "PBE"},
           "results": {"energy": {"value": -1, "unit": "eV"}, "gap": {"value": "NaN"}}}
    yield {"name": "c", "code": code, "status": "failed", "parameters": {"encut": "auto", "seed": 2**53 + 1, "smearing": {"width": 0.05}},
           "results": {"energy": {"value": "Infinity"}, "steps": {"value": 40}}}
    yield {"name": "d", "code": {"name": "psi4", "version": "1.9"}, "status": "planned"}


@pytest.mark.parametrize("accept", ["text/csv", "application/vnd.apache.parquet"])
def test_open_objects_are_typed_columns_for_pandas(api, accept):
    if not api.get("/calculations", limit=1).json()["items"]:
        for document in calculations():
            made = api.http.post("/calculations", json=document)
            assert made.status_code == 201, made.text
    frame = api.frame("/calculations", accept, sort="name", fields="name,results.*,parameters,tags")
    assert list(frame.columns) == [
        "_id", "_revision", "name", "results.energy.unit", "results.energy.value", "results.gap.value", "results.steps.value",
        "parameters.encut", "parameters.kpoints.mesh", "parameters.seed", "parameters.smearing.width", "parameters.spin",
        "parameters.xc", "tags", "_rest",
    ]
    assert frame["name"].tolist() == [document["name"] for document in calculations()]
    energy = frame["results.energy.value"]
    assert energy.dtype == "float64" and energy[:3].tolist() == [-13.6, -1, math.inf] and math.isnan(energy[3])
    assert frame["results.energy.unit"].tolist()[:2] == ["eV", "eV"]
    assert frame["parameters.encut"].tolist()[:2] == [520, 400]
    assert frame["parameters.smearing.width"].dtype == "float64" and frame["parameters.smearing.width"][2] == 0.05
    assert json.loads(frame["parameters.kpoints.mesh"][0]) == [4, 4, 4]
    assert json.loads(frame["tags"][0]) == ["x, \"y\"\n", "z"]
    # What fits no column differs from what is missing.
    assert json.loads(frame["_rest"][2]) == {"parameters.encut": "auto"}
    assert frame["_rest"].isna().tolist() == [True, True, False, True]
    if accept.endswith("parquet"):
        body = api.get("/calculations", accept, sort="name").content
        table = pyarrow.parquet.read_table(io.BytesIO(body))
        assert table["parameters.seed"].to_pylist() == [None, 2**63 - 1, 2**53 + 1, None]
        types = {name: str(table.schema.field(name).type) for name in table.column_names}
        assert types["parameters.seed"] == types["parameters.encut"] == "int64"
        assert (types["results.steps.value"], types["results.energy.unit"]) == ("double", "string")
        assert types["parameters.spin"] == "bool"


@pytest.mark.parametrize("accept", FORMATS)
def test_a_view_with_conditions_is_exported_in_its_order(api, accept):
    conditions = {"zpe[exists]": "true", "enthalpy[lt]": -10, "limit": 25}
    frame = api.frame("/molecules", accept, view="energies", sort="zpe", **conditions)
    columns = ["_id", "_revision", "name", "set", "enthalpy", "zpe", "ionization_energy", "_rest"]
    if accept == "application/x-ndjson":
        assert set(frame.columns) == set(columns[:-1])
    else:
        assert frame.columns.tolist() == columns
    zpe = sorted(d["zpe"] for d in api.documents["molecules"] if "zpe" in d and d["enthalpy"] < -10)
    assert bits(frame["zpe"]) == bits(zpe[:25])
