"""People, units, honors and historic figures for other programs; phones and numbers masked."""

from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.states import IllegalMove
from kit.text import mask
from people.filters import HonorQuery, PeopleQuery
from people.models import Figure, Honor, Unit, User
from people.rules import may_decide_honor
from people.services import move_honor
from people.states import HonorState


class UnitSerializer(serializers.ModelSerializer[Unit]):
    class Meta:
        model = Unit
        fields = ["id", "tree", "level", "name", "parent", "closed_on"]
        read_only_fields = fields


class PersonSerializer(serializers.ModelSerializer[User]):
    """One row of the roster; the phone is masked."""

    unit_name = serializers.CharField(source="unit.name", default=None, read_only=True)
    union_unit_name = serializers.CharField(source="union_unit.name", default=None, read_only=True)
    rank_name = serializers.CharField(source="get_rank_display", read_only=True, allow_null=True)
    phone = serializers.CharField(source="phone_masked", read_only=True)

    class Meta:
        model = User
        fields = [
            "id", "employee_no", "name", "unit", "unit_name", "union_unit", "union_unit_name",
            "trade", "rank", "rank_name", "employment", "is_frontline", "hired_on", "phone",
            "is_active", "left_on",
        ]  # fmt: skip
        read_only_fields = fields


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.CharField()
    unit = serializers.IntegerField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class MeSerializer(PersonSerializer):
    roles = RoleSerializer(source="current_grants", many=True, read_only=True)

    class Meta(PersonSerializer.Meta):
        fields = [*PersonSerializer.Meta.fields, "email", "language", "roles"]
        read_only_fields = fields


class HonorSerializer(serializers.ModelSerializer[Honor]):
    """An honor; of its bearer the name and the masked number."""

    holder = serializers.CharField(source="holder.name", read_only=True)
    employee_no = serializers.SerializerMethodField()
    figure: serializers.SlugRelatedField[Figure] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = Honor
        fields = [
            "id", "holder", "employee_no", "figure", "unit", "title", "level", "body", "year",
            "state", "notice_ends_on",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_employee_no(self, honor: Honor) -> str | None:
        return mask(honor.person.employee_no, head=1, tail=2) if honor.person else None


class MoveSerializer(serializers.Serializer[Any]):
    """Where the honor shall go; ``seen`` is the state the caller decided upon."""

    state = serializers.ChoiceField(choices=HonorState.choices)
    seen = serializers.ChoiceField(choices=HonorState.choices, required=False)
    opinion = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    notice_ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class FigureSerializer(serializers.ModelSerializer[Figure]):
    facts = serializers.JSONField(read_only=True)
    honors = serializers.SerializerMethodField()

    class Meta:
        model = Figure
        fields = [
            "slug", "name", "name_en", "epithet", "trade", "lifetime", "honors", "facts",
            "display_rule", "is_demo",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(HonorSerializer(many=True))
    def get_honors(self, figure: Figure) -> list[dict[str, Any]]:
        """Valid ones only (S25); the rows come prefetched."""
        valid = [honor for honor in figure.honors.all() if honor.state == HonorState.AWARDED]
        return list(HonorSerializer(valid, many=True).data)


class PeopleViewSet(viewsets.ReadOnlyModelViewSet[User]):
    """The people who exist for me: my roster, my team, myself."""

    queryset = User.objects.none()
    serializer_class = PersonSerializer
    filterset_class = PeopleQuery

    def get_queryset(self) -> QuerySet[User]:
        rows: QuerySet[User] = User.objects.visible_to(self.request.user).for_list()
        return rows.order_by("employee_no")


class UnitViewSet(viewsets.ReadOnlyModelViewSet[Unit]):
    """The units of my grants and below, and those I stand in, in the order of the trees."""

    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    filterset_fields = ["tree", "level", "parent"]

    def get_queryset(self) -> QuerySet[Unit]:
        return Unit.objects.visible_to(self.request.user).order_by("path")  # type: ignore[arg-type]


class HonorViewSet(viewsets.ReadOnlyModelViewSet[Honor]):
    """My honors, those on display in my enterprise, and for its desk the whole register."""

    queryset = Honor.objects.none()
    serializer_class = HonorSerializer
    filterset_class = HonorQuery

    def get_queryset(self) -> QuerySet[Honor]:
        rows = Honor.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return rows.for_list().select_related("person__union_unit").order_by("-year", "-pk")

    @extend_schema(
        request=MoveSerializer,
        responses={
            200: HonorSerializer,
            403: OpenApiResponse(description="You do not decide about this honor."),
            409: OpenApiResponse(description="Somebody moved it first, or it cannot go there."),
        },
    )
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move the honor on, with an opinion."""
        honor = self.get_object()
        if not may_decide_honor(request.user, honor):  # type: ignore[arg-type]
            raise PermissionDenied
        form = MoveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
        if asked.pop("seen", honor.state) != honor.state:
            raise IllegalMove(str(honor))
        try:
            move_honor(honor, asked.pop("state"), by=request.user, **asked)  # type: ignore[arg-type]
        except Refused as refusal:
            known = hasattr(refusal, "error_dict")
            raise ValidationError(
                refusal.message_dict if known else {"non_field_errors": refusal.messages}
            ) from refusal
        return Response(HonorSerializer(honor).data)


class FigureViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Figure]
):
    """Historic model workers: public facts, each with its source."""

    queryset = Figure.objects.none()
    serializer_class = FigureSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Figure]:
        return Figure.objects.prefetch_related("honors").order_by("pk")


class Me(APIView):
    """Myself and my roles."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(request.user).data)  # type: ignore[arg-type]
