"""What errors show: a code each, and nothing of ours.

Expected ones keep their message; anything else is masked with an `errorId`
that is in the server's log.
"""

import logging
import re
import uuid
from collections.abc import Iterator

from graphql import ExecutionResult, FieldNode, GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult as StrawberryResult

from db.outages import is_outage
from db.plans import BadReadError, RefusedError
from resolvers.context import Principal, Role
from resolvers.policy import ForbiddenError
from resolvers.refusals import sentence

_log = logging.getLogger(__name__)
UNAVAILABLE = "UNAVAILABLE"
_ABORTED = "Too many validation errors"
"""What graphql-core says, at no place of the document, where it looks no further."""
_MORE = re.compile(r"(?:[,;.] [Ff]ound: |[.?] Did you mean ).*", re.DOTALL)
"""graphql-core repeats a value that does not fit, which may hold a person; and suggests what the contract does have."""


class Errors(SchemaExtension):
    """Gives every error its code, and masks faults."""

    def on_operation(self) -> Iterator[None]:
        """Look over the errors of the result."""
        yield
        result = self.execution_context.result
        if isinstance(result, ExecutionResult | StrawberryResult) and result.errors:
            executed = getattr(result, "data", None) is not None or self.execution_context.graphql_document is not None
            context = self.execution_context.context
            principal, language = getattr(context, "principal", None), getattr(context, "language", "en")
            result.errors = [shown(each, principal, executed=executed, language=language) for each in result.errors]


def shown(
    error: GraphQLError, principal: Principal | None, *, executed: bool = True, language: str = "en"
) -> GraphQLError:
    """The error as the caller sees it."""
    if error.extensions and "code" in error.extensions:
        return error
    if isinstance(error, GraphQLSyntaxError):
        return _with(error, "GRAPHQL_PARSE_FAILED")
    match error.original_error:
        case None:
            invalid = error.path is None and executed and (error.nodes or error.message.startswith(_ABORTED))
            return _with(error, "GRAPHQL_VALIDATION_FAILED" if invalid else "BAD_USER_INPUT")
        case GraphQLError():  # a variable that does not fit its type
            return _with(error, "BAD_USER_INPUT")
        case ValueError() if error.path is None and error.nodes:  # a literal that its scalar refused
            return _with(error, "GRAPHQL_VALIDATION_FAILED")
        case BadReadError() as bad:
            return _with(error, "BAD_USER_INPUT", argument=bad.argument)
        case RefusedError() | ForbiddenError():
            unknown = principal is None or principal.role is Role.PUBLIC
            return _with(error, "UNAUTHENTICATED" if unknown else "FORBIDDEN")
        case fault:
            return _away(error, fault, language) if is_outage(fault) else _masked(error, fault)


def _with(error: GraphQLError, code: str, **facts: object) -> GraphQLError:
    extensions = {**(error.extensions or {}), "code": code, **facts}
    return GraphQLError(
        _MORE.sub(".", error.message), nodes=error.nodes, source=error.source, positions=error.positions,
        path=error.path, extensions=extensions,
    )  # fmt: skip


def _away(error: GraphQLError, fault: Exception, language: str) -> GraphQLError:
    """The database is out of reach, which is nobody's mistake: say so, and nothing of where it is."""
    error_id = str(uuid.uuid4())
    _log.warning("unavailable %s at %s: %s", error_id, _field(error), type(fault).__name__)
    return GraphQLError(
        sentence(UNAVAILABLE, {}, language), nodes=error.nodes, path=error.path,
        extensions={"code": UNAVAILABLE, "errorId": error_id},
    )  # fmt: skip


def _masked(error: GraphQLError, fault: Exception) -> GraphQLError:
    error_id = str(uuid.uuid4())
    _log.error("fault %s at %s", error_id, _field(error), exc_info=fault)
    return GraphQLError(
        "Something went wrong on our side.", nodes=error.nodes, path=error.path,
        extensions={"code": "INTERNAL_SERVER_ERROR", "errorId": error_id},
    )  # fmt: skip


def _field(error: GraphQLError) -> str:
    """The contract's field that failed: its own name, since a path is made of names that the caller chose."""
    return next((node.name.value for node in error.nodes or () if isinstance(node, FieldNode)), "the whole request")
