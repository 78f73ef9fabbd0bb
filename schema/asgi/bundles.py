"""Proof bundles over HTTP, each one file that `mingzhang-audit` checks without this server.

/journals/{name}/accounts/{id}/balance.json                     an account's line in the newest snapshot
/journals/{name}/accounts/{id}/statement.json?from=&to=         its entries between two positions or civil days
/journals/{name}/entries/{position}/trace.json?posting=&asOf=   where a donation went, with the leaves that show it
"""

from starlette.requests import Request
from starlette.responses import Response

from db import account_statements
from db.account_statements import Owner
from db.plans import BadReadError
from ledger.bundles import Bundle
from resolvers import bundles
from resolvers.context import Context
from resolvers.policy import require
from resolvers.traces import TraceTooLongError
from schema.asgi.answers import context_of, fault, guarded


@guarded
async def balance(request: Request) -> Response:
    """A balance proof; officers of the account's organization, auditors, inspectors, administrators."""
    context = await context_of(request)
    owner = await _owner(context, request)
    if owner is None:
        return fault(404, "NOT_FOUND", language=request.state.language)
    try:
        return _file(await bundles.prove_balance(
            context, account=owner.id, organization=owner.organization, asset=owner.asset
        ))  # fmt: skip
    except bundles.NotProvenError as error:
        return fault(404, "NOT_FOUND", str(error))


@guarded
async def statement(request: Request) -> Response:
    """A statement that shows of itself that nothing is left out; for the same people."""
    context = await context_of(request)
    owner = await _owner(context, request)
    if owner is None:
        return fault(404, "NOT_FOUND", language=request.state.language)
    query = request.query_params
    try:
        start = await bundles.position_of(context, query["from"], end=False) if "from" in query else 0
        end = await bundles.position_of(context, query["to"], end=True) if "to" in query else None
        return _file(await bundles.prove_statement(
            context, account=owner.id, organization=owner.organization, asset=owner.asset, start=start, end=end
        ))  # fmt: skip
    except BadReadError as error:
        return fault(400, "BAD_USER_INPUT", str(error))
    except bundles.NotProvenError as error:
        return fault(404, "NOT_FOUND", str(error))


@guarded
async def trace(request: Request) -> Response:
    """The way of a donation; everyone, each with the leaves that policy allows."""
    context = await context_of(request)
    query = request.query_params
    try:
        posting, as_of = (_number(query.get(name), name) for name in ("posting", "asOf"))
        entry = request.path_params["position"]
        return _file(await bundles.prove_trace(context, entry=entry, posting=posting, as_of=as_of))
    except (BadReadError, TraceTooLongError) as error:
        return fault(400, "BAD_USER_INPUT", str(error))
    except bundles.NotProvenError as error:
        return fault(404, "NOT_FOUND", str(error))


async def _owner(context: Context, request: Request) -> Owner | None:
    """Whose account it is; refused before it is said whether it is there."""
    account = request.path_params["account"]
    owner = None
    if "\0" not in account:
        owner = await account_statements.owner(context.reader, context.journal.id, account)
    require(context.principal, "export-statement", organization=owner.organization if owner else None)
    return owner


def _number(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 -- below 2**63, whatever its digits
        raise BadReadError(name, "is a whole number")
    return int(text)


def _file(bundle: Bundle) -> Response:
    name = f"{bundle.kind}.mingzhang-proof.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(bundle.encode(), headers=headers, media_type="application/json")
