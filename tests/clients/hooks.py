"""What schemathesis must know: a request's head has a limit that no schema shows (431, by the HTTP library itself)."""
import schemathesis
from schemathesis.specs.openapi.checks import response_schema_conformance

HEAD_LIMIT = 16 * 1024
#: Parameters with which a request asks for a part of a document, a report, or the outcomes of many documents. The document
#: says so in words: as alternatives of one schema these answers would take the types from every client.
ASKS_FOR_ANOTHER = {"fields", "view", "explain", "dry_run", "atomic"}


@schemathesis.hook
def filter_query(context, query):
    return len(str(query).encode("unicode_escape")) < HEAD_LIMIT


@schemathesis.hook
def before_call(context, case, kwargs):
    """A definition bears the name that the address has; with any other it would be refused before it is looked at."""
    if case.operation.path == "/api/collections/{name}" and isinstance(case.body, dict):
        case.body["name"] = case.path_parameters["name"]


@schemathesis.check
def common_answer_conformance(context, response, case):
    """The schema of an answer, except where the request asks for another answer than the common one."""
    query = case.query if isinstance(case.query, dict) else {}
    several = case.operation.path == "/api/series/points" and isinstance(case.body, list)
    if not several and not ASKS_FOR_ANOTHER.intersection(query):
        response_schema_conformance(context, response, case)
