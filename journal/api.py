from typing import TYPE_CHECKING, cast

from django.db.models import QuerySet
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journal.jobs import cancel
from journal.models import Job
from journal.rules import may_cancel_job

if TYPE_CHECKING:
    from people.models import User


class JobSerializer(serializers.ModelSerializer[Job]):
    percent = serializers.IntegerField(read_only=True)
    file_name = serializers.CharField(read_only=True)

    class Meta:
        model = Job
        fields = [
            "id", "kind", "title", "state", "done", "total", "percent", "message", "link",
            "file_name", "created_at", "finished_at", "expires_at",
        ]  # fmt: skip
        read_only_fields = fields


class JobViewSet(viewsets.ReadOnlyModelViewSet[Job]):
    """My long tasks, newest first."""

    queryset = Job.objects.none()
    serializer_class = JobSerializer

    def get_queryset(self) -> QuerySet[Job]:
        user = cast("User", self.request.user)
        return Job.objects.visible_to(user).order_by("-created_at", "-pk")

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop the task; 403 when it is already over."""
        job, user = self.get_object(), cast("User", request.user)
        if not may_cancel_job(user, job):
            raise PermissionDenied
        cancel(job, by=user)
        return Response(self.get_serializer(job).data)
