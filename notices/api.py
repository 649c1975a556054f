from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notices.models import Notice
from notices.services import mark_all_read, mark_read


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    kind_label = serializers.CharField(read_only=True)

    class Meta:
        model = Notice
        fields = ["id", "kind", "kind_label", "title", "body", "url", "created_at", "read_at"]
        read_only_fields = fields


class NoticeViewSet(viewsets.ReadOnlyModelViewSet[Notice]):
    """My messages, newest first; ``?unread=1`` for those not yet read."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer

    def get_queryset(self) -> QuerySet[Notice]:
        user: Any = self.request.user
        mine = Notice.objects.visible_to(user)
        if self.request.query_params.get("unread") in ("1", "true"):
            mine = mine.unread()
        return mine.for_list()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def read(self, _request: Request, pk: str) -> Response:
        """Mark one as read; doing it again changes nothing."""
        notice = self.get_object()
        mark_read(notice)
        return Response(self.get_serializer(notice).data)

    @extend_schema(
        operation_id="notices_read_all",
        request=None,
        responses=inline_serializer("Marked", {"marked": serializers.IntegerField()}),
    )
    @action(detail=False, methods=["post"], url_path="read", url_name="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        user: Any = request.user
        return Response({"marked": mark_all_read(user)})
