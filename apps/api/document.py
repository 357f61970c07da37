"""The API with its document: what each endpoint needs, and all that it may answer."""

from typing import Any

from ninja import NinjaAPI
from ninja.operation import Operation

from apps.api.document_webhooks import webhooks
from apps.api.door.problems import CONTENT_TYPE

STRING = {"type": "string"}
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Why a request was not answered, and what to do (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {**STRING, "description": "`urn:faultline:problem:` and the code."},
        "title": STRING,
        "status": {"type": "integer"},
        "code": {**STRING, "description": "Which problem it is, for programs."},
        "detail": {**STRING, "description": "Why, and what to do, for people."},
        "clause": {**STRING, "description": "What in the policy a refusal rests on."},
        "scope": {**STRING, "description": "The scope that the token lacks."},
        "errors": {
            "description": "What is wrong where.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "why"],
                "properties": {"where": STRING, "why": STRING},
            },
        },
        "checks": {
            "description": "Each check that was made before it was refused.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["clause", "holds", "says"],
                "properties": {"clause": STRING, "holds": {"type": "boolean"}, "says": STRING},
            },
        },
    },
}
# By status: in words, and an example's code and detail.
ALWAYS = {
    401: ("No token that holds.", "no-token", "Send a token that holds."),
    422: (
        "Something of the request cannot be taken.",
        "invalid",
        "What was sent cannot be taken. “errors” says what is wrong where.",
    ),
    429: (
        "Asked too often; `Retry-After` says when again.",
        "too-many-requests",
        "This token has asked as often as it may for now. Ask again in 20 s.",
    ),
    500: ("Our fault.", "failed", "This is our fault, and is written down."),
}
OF_A_SCOPE = {
    403: (
        "The token has not the scope, its person has not the right, or it is refused.",
        "scope-missing",
        "This token is not good for tickets:write. Make one that is.",
    )
}
OF_A_ROW = {404: ("There is none, or it is not theirs.", "not-found", "There is no such thing.")}
OF_AN_ACT = {
    400: ("What was sent is no JSON.", "unreadable", "Cannot parse request body"),
    409: (
        "It does not fit what is there now, or the same request is being worked on.",
        "refused",
        "FL-000123 is closed already.",
    ),
    413: ("It is too large.", "too-large", "Send some of the files with a reply."),
    415: ("It is no JSON by its own word.", "not-json", "Send JSON."),
}


class Api(NinjaAPI):
    """The API; its document says of each endpoint what it needs, and each way it may be refused."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name that clients made from the document call an endpoint by."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **where: Any) -> Any:
        """Return the document."""
        document = super().get_openapi_schema(**where)
        document["webhooks"], told_schemas = webhooks()
        document["components"]["schemas"] |= {"Problem": PROBLEM, **told_schemas}
        operations = {
            self.get_openapi_operation_id(operation): operation
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
        }
        for path in document["paths"].values():
            for told in path.values():
                _complete(told, operations[told["operationId"]])
        return document


def _complete(told: dict[str, Any], operation: Operation) -> None:
    door: Any = operation.auth_callbacks[0]
    needs = [f"Scope: `{door.scope}`."] if door.scope else []
    needs += [f"Right of the token's person: `{door.right}`."] if door.right else []
    told["description"] = "\n\n".join([told.get("description", ""), " ".join(needs)]).strip()
    may_be = dict(ALWAYS)
    if door.scope:
        may_be |= OF_A_SCOPE
    if "{" in operation.path:
        may_be |= OF_A_ROW
    if "requestBody" in told:
        may_be |= OF_AN_ACT
    for status, (words, code, detail) in sorted(may_be.items()):
        told["responses"][status] = _problem(status, words, code, detail)


def _problem(status: int, words: str, code: str, detail: str) -> dict[str, Any]:
    example = {
        "type": f"urn:faultline:problem:{code}",
        "title": words,
        "status": status,
        "code": code,
        "detail": detail,
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": words,
        "content": {CONTENT_TYPE: {"schema": schema, "example": example}},
    }
