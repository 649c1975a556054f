from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from exchange import services
from exchange.forms import UploadForm
from exchange.kinds import all_kinds
from exchange.models import Batch, Row
from exchange.rules import may_change, may_import


class BatchSerializer(serializers.ModelSerializer[Batch]):
    class Meta:
        model = Batch
        fields = [
            "id", "kind", "filename", "state", "refusal", "mapping", "ignored", "rows_total",
            "rows_new", "rows_update", "rows_same", "rows_bad", "rows_warned", "rows_applied",
            "created_at", "applied_at",
        ]  # fmt: skip
        read_only_fields = fields


class RowSerializer(serializers.ModelSerializer[Row]):
    class Meta:
        model = Row
        fields = ["number", "key", "verdict", "problems", "warnings", "applied"]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    file = serializers.FileField()

    def validate_kind(self, slug: str) -> Any:
        kind = next((kind for kind in all_kinds() if kind.slug == slug), None)
        if kind is None:
            raise serializers.ValidationError(_("This cannot be imported."))
        return kind

    def validate_file(self, file: Any) -> Any:
        """The same form the page asks."""
        form = UploadForm({}, MultiValueDict({"file": [file]}))
        if not form.is_valid():
            raise serializers.ValidationError([str(error) for error in form.errors["file"]])
        return form.cleaned_data["file"]


class BatchViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Batch]
):
    """Imports: send a file, read the check, import the good rows, undo within 24 hours."""

    queryset = Batch.objects.none()
    serializer_class = BatchSerializer
    parser_classes = (parsers.MultiPartParser, parsers.FormParser, parsers.JSONParser)

    def get_queryset(self) -> QuerySet[Batch]:
        return Batch.objects.visible_to(self.request.user).for_list()

    @extend_schema(request=UploadSerializer, responses={201: BatchSerializer})
    def create(self, request: Request) -> Response:
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        kind = upload.validated_data["kind"]
        if not may_import(request.user, kind):
            raise PermissionDenied
        batch = services.receive(
            kind, upload.validated_data["file"], scope=kind.scopes(request.user)[0],
            by=request.user,
        )  # fmt: skip
        return Response(self.get_serializer(batch).data, status=status.HTTP_201_CREATED)

    def _changeable(self) -> Batch:
        batch: Batch = self.get_object()
        if not may_change(self.request.user, batch):
            raise PermissionDenied
        return batch

    @extend_schema(request=None, responses=BatchSerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:
        """409 when it is not checked, or somebody was faster."""
        batch = self._changeable()
        services.order_import(batch, by=request.user)
        return Response(self.get_serializer(batch).data)

    @extend_schema(request=None, responses=BatchSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """409 when more than 24 hours have passed, or it was undone."""
        batch = self._changeable()
        services.order_undo(batch, by=request.user, now=timezone.now())
        return Response(self.get_serializer(batch).data)

    @extend_schema(responses=RowSerializer(many=True))
    @action(detail=True, methods=["get"])
    def rows(self, request: Request, pk: str) -> Response:
        """The rows with their findings; ``?verdict=bad`` for those to correct."""
        shown: Any = self.get_object().rows.in_file().order_by("number")
        if verdict := request.query_params.get("verdict"):
            shown = shown.filter(verdict=verdict)
        page: Any = self.paginate_queryset(shown)
        return self.get_paginated_response(RowSerializer(page, many=True).data)
