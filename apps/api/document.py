"""The API with its document: what each endpoint needs, and all that it may answer."""

from typing import Any

from ninja import NinjaAPI
from ninja.operation import Operation

from apps.api.document_examples import show_answers
from apps.api.document_problems import answers
from apps.api.document_text import TAGS
from apps.api.document_webhooks import webhooks
from apps.contracts.models import AuthorisedUser

RIGHTS = {field.name: field.verbose_name for field in AuthorisedUser._meta.fields}
STRING = {"type": "string"}
REPLAYED = {
    "schema": {"type": "boolean"},
    "description": "Says true where the same request was answered before.",
}
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Why a request was not answered, and what to do (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {**STRING, "description": "`urn:faultline:problem:` and the code."},
        "title": {**STRING, "description": "The status in words."},
        "status": {"type": "integer", "description": "The status of the answer."},
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
                "properties": {
                    "where": {
                        **STRING,
                        "description": (
                            "Such as `body.files.0.name` of what was sent, `query.limit` of the"
                            " address, or `header.Idempotency-Key`."
                        ),
                    },
                    "why": {**STRING, "description": "What is wrong with it, and what to do."},
                },
            },
        },
        "checks": {
            "description": "Each check that was made before it was refused.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["clause", "holds", "says"],
                "properties": {
                    "clause": {**STRING, "description": "What in the policy it rests on."},
                    "holds": {"type": "boolean", "description": "Whether it holds."},
                    "says": {**STRING, "description": "What was found, for people."},
                },
            },
        },
    },
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
                show_answers(told, document["components"]["schemas"])
                _complete(told, operations[told["operationId"]])
        document["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
        return document


def _complete(told: dict[str, Any], operation: Operation) -> None:
    door: Any = operation.auth_callbacks[0]
    needs = [f"Scope: `{door.scope}`."] if door.scope else []
    if door.right:
        needs.append(f"Its person {RIGHTS[door.right]}.")
    told["description"] = "\n\n".join([told.get("description", ""), " ".join(needs)]).strip()
    if "requestBody" in told:
        told["responses"][201]["headers"] = {"Idempotency-Replayed": REPLAYED}
    told["responses"] |= answers(told, door)
