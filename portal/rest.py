"""The house rules of the API: who may knock, what is parsed, how errors are told."""

from typing import IO, Any

from rest_framework import status
from rest_framework.authentication import SessionAuthentication as DRFSession
from rest_framework.exceptions import APIException, ParseError
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from kit.states import IllegalMove

MAX_DEPTH = 32


class SessionAuthentication(DRFSession):
    """Answers 401 with a challenge, so that a client knows a token would help."""

    def authenticate_header(self, _request: Request) -> str:
        return "Token"


def _deeper_than(limit: int, data: object) -> bool:
    layer: list[object] = [data]
    for _depth in range(limit):
        below: list[object] = []
        for item in layer:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return False
        layer = below
    return True


class ShallowJSONParser(JSONParser):
    """JSON nested deeper than any form of ours is refused instead of overflowing the stack."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error
        if _deeper_than(MAX_DEPTH, data):
            raise ParseError
        return data


class Pages(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 200


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def answer_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """An illegal state move is a conflict, told as such."""
    from rest_framework.views import exception_handler  # noqa: PLC0415 -- views read our settings

    if isinstance(error, IllegalMove):
        error = Conflict(str(error))
    return exception_handler(error, context)
