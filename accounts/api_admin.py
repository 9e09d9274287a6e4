"""The JSON API for administrators about people's data: handing it out, and erasing it for good."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from accounts import downloads, erasure
from accounts.api_access import ADMINISTRATORS, CHANGING_ADMINISTRATORS
from accounts.models import User
from operations.api_lists import RowId
from operations.problems import Problem

router = Router(tags=["admin"], auth=ADMINISTRATORS)
A_ZIP: dict[str, Any] = {
    "responses": {
        200: {
            "description": "A zip of JSON files; about.json says what is in it",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class Meant(BaseModel):
    """Which user is meant, told twice: by the ``id`` that admin.getUsers tells and the address."""

    model_config = ConfigDict(extra="forbid")

    id: RowId
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = Field(
        description="the user's whole e-mail address, as a confirmation"
    )


@router.post(
    "/exportUserData",
    operation_id="admin.exportUserData",
    auth=CHANGING_ADMINISTRATORS,
    response={(404, 422): Problem},
    openapi_extra=A_ZIP,
)
def export_user_data(request: HttpRequest, sent: Meant) -> StreamingHttpResponse:
    """Everything that is stored about a user, without secrets, as a zip of JSON files."""
    user = get_object_or_404(User, pk=sent.id)
    erasure.confirm(user, sent.email)
    return downloads.personal_data(user, called=f"user-{user.pk}")


@router.post(
    "/deleteUser",
    operation_id="admin.deleteUser",
    auth=CHANGING_ADMINISTRATORS,
    response={202: None, 204: None, (404, 409, 422): Problem},
)
def delete_user(request: HttpRequest, sent: Meant) -> Status[None]:
    """Delete a user for good, with everything that is stored about them.

    204 when all is gone; 202 where that takes longer: the account is shut and the rest goes on.
    """
    user = get_object_or_404(User, pk=sent.id)
    erasure.confirm(user, sent.email)
    is_gone = erasure.delete_somebody(user=user, by=cast(User, request.user))
    return Status(204 if is_gone else 202, None)
