"""The API router; each app brings its own ``api.py``."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()
router.include_root_view = False
