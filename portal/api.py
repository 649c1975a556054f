"""The API router; each app brings its own ``api.py``."""

from rest_framework.routers import DefaultRouter

from exchange.api import BatchViewSet
from journal.api import JobViewSet
from notices.api import NoticeViewSet
from people.api import FigureViewSet, HonorViewSet, PeopleViewSet, UnitViewSet

router = DefaultRouter()
router.include_root_view = False
router.register("people", PeopleViewSet, basename="people")
router.register("units", UnitViewSet, basename="units")
router.register("honors", HonorViewSet, basename="honors")
router.register("figures", FigureViewSet, basename="figures")
router.register("notices", NoticeViewSet, basename="notices")
router.register("imports", BatchViewSet, basename="imports")
router.register("tasks", JobViewSet, basename="tasks")
