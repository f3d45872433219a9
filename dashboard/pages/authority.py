"""The page from which a phone gets this device's authority, to trust it for good."""

from flask import Blueprint, Response, g, render_template, request

from core.errors import NotFound
from core.text.qr import qr_svg
from dashboard.context import Context, context, is_asked_for_here
from dashboard.sentences import say
from dashboard.show.authority import every_system
from dashboard.sign_in.carrying import in_pairs

page = Blueprint("authority", __name__)

CERTIFICATE = "application/x-x509-ca-cert"
"""By this type iOS and Android know what to do with it."""


@page.get("/authority")
def authority() -> str:
    """The ways to trust it. What is to be compared is shown on the device itself alone.

    A page that came by network may be forged, and its fingerprint with it.
    """
    here = context()
    if g.phone is not None and is_asked_for_here():
        here.sign_ins.note_knows_authority(g.phone)
    return render_template(
        "authority.html",
        is_there=here.authority() is not None,
        systems=every_system(request.user_agent.string),
        **(_on_the_device(here) if g.phone is None else {"is_here": False}),
    )


@page.get("/authority/certificate")
def certificate() -> Response:
    here = context()
    pem = here.authority()
    if pem is None:
        raise NotFound(say("authority.none"), advice=say("authority.none_advice"))
    response = Response(pem, mimetype=CERTIFICATE)
    name = here.reached().device or "afterthought"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.crt"'
    return response


def _on_the_device(here: Context) -> dict[str, object]:
    reached = here.reached()
    url = f"{reached.address}/authority"
    return {
        "is_here": True,
        "fingerprint": in_pairs(reached.fingerprint),
        "url": url if reached.address else "",
        "code": qr_svg(url) if reached.address else "",
    }
