"""The journal's tree over HTTP, as c2sp.org/tlog-tiles lays it out, so that foreign tools read it unchanged.

/journals/{name}/checkpoint              the newest signed note
/journals/{name}/checkpoint/witnessed    the newest one that met the policy of witnesses
/journals/{name}/key                     the log's verifier key
/journals/{name}/key/mldsa44             the post-quantum keys that sign beside it, if there are any
/journals/{name}/tile/<L>/<N>[.p/W]      hash tiles
/journals/{name}/tile/entries/<N>[.p/W]  entry bundles: auditors, inspectors, administrators
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from db import trees
from ledger.errors import TileError
from ledger.key_history import resolved
from ledger.notes import ED25519, MLDSA44, Signer
from ledger.tiles import WIDTH, Bundle, encode_bundle, parse_path
from resolvers.keys import KeyFileError
from resolvers.policy import require
from schema.asgi.answers import context_of, fault, guarded, platform_of, shared
from schema.asgi.composition import Platform

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_SOON_STALE: Final = "public, max-age=1, must-revalidate"
_OWN_FOR_EVER: Final = "private, max-age=31536000, immutable"


async def checkpoint(request: Request) -> Response:
    """The newest signed note, with the cosignatures that it has; 404 before the first."""
    return await _newest(request, witnessed=False)


async def witnessed(request: Request) -> Response:
    """The newest signed note that met the policy of witnesses; 404 before the first."""
    return await _newest(request, witnessed=True)


async def _newest(request: Request, *, witnessed: bool) -> Response:
    platform = platform_of(request)
    found = await trees.newest_cosigned(platform.reader, platform.journal.id, witnessed=witnessed)
    if found is None:
        return fault(404, "NOT_FOUND", "Nothing has been published yet.")
    signed, lines = found
    headers = {"Cache-Control": _SOON_STALE, **shared(signed.size)}
    return PlainTextResponse(signed.note + "".join(f"{line}\n" for line in lines), headers=headers)


async def key(request: Request) -> Response:
    """The log's verifier key (vkey), one line: while it is rotated, the one that will go."""
    platform = platform_of(request)
    ours = next(signer.verifier for signer in _signers(platform) if signer.kind == ED25519)
    size, _ = await trees.head(platform.reader, platform.journal.id)
    names = await trees.keys_in_force(platform.reader, platform.journal.id, size)
    vkey = resolved(platform.journal.origin, names, [ours])[0]
    return PlainTextResponse(f"{vkey}\n", headers={"Cache-Control": "public, max-age=60", **shared(None)})


def _signers(platform: Platform) -> list[Signer]:
    """The keys as they lie on the disk now: another process may have rotated them."""
    try:
        return platform.publisher.store.signers(platform.journal.origin)
    except KeyFileError:
        return [platform.publisher.signer]


async def mldsa44_key(request: Request) -> Response:
    """The verifier keys of post-quantum keys that sign beside it, one a line: there is one, or none, or two."""
    platform = platform_of(request)
    keys = [signer.verifier for signer in _signers(platform) if signer.kind == MLDSA44]
    if not keys:
        return fault(404, "NOT_FOUND", "This log has no post-quantum key.")
    headers = {"Cache-Control": "public, max-age=60", **shared(None)}
    return PlainTextResponse("".join(f"{key}\n" for key in keys), headers=headers)


@guarded
async def tile(request: Request) -> Response:
    """A hash tile or an entry bundle, full or partial."""
    platform = platform_of(request)
    try:
        wanted = parse_path(f"tile/{request.path_params['path']}")
    except TileError as error:
        return fault(404, "NOT_FOUND", str(error))
    if isinstance(wanted, Bundle):
        return await _bundle(request, wanted)
    found = await trees.tile(platform.reader, platform.journal.id, wanted)
    if found is None:
        return fault(404, "NOT_FOUND", f"The journal has not reached {wanted}.")
    # Any width that was reached once stays as it is for ever.
    headers = {"Cache-Control": _FOR_EVER, **shared(None)}
    return Response(found, headers=headers, media_type="application/octet-stream")


async def _bundle(request: Request, wanted: Bundle) -> Response:
    platform = platform_of(request)
    public = platform.settings.open_entries
    if not public:
        context = await context_of(request)
        require(context.principal, "read-leaves")
    found = await trees.leaves(platform.reader, platform.journal.id, wanted)
    if found is None:
        return fault(404, "NOT_FOUND", f"The journal has not reached {wanted}.")
    headers = {"Cache-Control": _FOR_EVER if public else _OWN_FOR_EVER, "Vary": "Authorization"}
    if wanted.width == WIDTH and public:
        headers |= shared(None)
    return Response(encode_bundle(found), headers=headers, media_type="application/octet-stream")
