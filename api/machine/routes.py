"""What machines and their keepers read: figures, and the description of the API. Not part of the API themselves."""

import ipaddress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool

from api.web import metrics
from api.web.dependencies import GateNow, HouseNow, Now, Token
from api.web.errors import NotFound
from library.people import inviting, sign_in
from library.people.roles import Role

router = APIRouter(include_in_schema=False)
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


async def keepers(request: Request, gate: GateNow, token: Token, at: Now) -> None:
    """This machine itself, and the administrators of the province; for everybody else there is nothing here."""
    if is_here(request):
        return

    def look(session: Any) -> bool:
        return sign_in.actor_of(session, token, at=at).has_role(
            Role.ADMINISTRATOR, unit_ids={inviting.province(session).id}
        )

    if token is None or not await gate.read(look):
        raise NotFound


async def keepers_in_production(request: Request, house: HouseNow, gate: GateNow, token: Token, at: Now) -> None:
    """At home the API may be read by everybody; on the open network it is nobody's business."""
    if house.settings.in_production:
        await keepers(request, gate, token, at)


def is_here(request: Request) -> bool:
    """Whether the request comes from this machine, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@router.get("/metrics", dependencies=[Depends(keepers)])
async def figures(gate: GateNow, at: Now) -> Response:
    """Prometheus reads this."""
    await gate.read(lambda session: metrics.look(session, at=at))
    return Response(
        await run_in_threadpool(generate_latest), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


@router.get("/api/openapi.json", response_model=dict[str, Any])
async def description(request: Request, _allowed: Annotated[None, Depends(keepers_in_production)]) -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return document
