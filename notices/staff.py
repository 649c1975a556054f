"""The desk's side: robots of groups, for union officers and system administrators."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices.access import Request
from notices.forms import RobotForm
from notices.groups import is_silent, post_test_message, save_robot, switch_robot
from notices.kinds import find_kind
from notices.models import Robot
from notices.rules import may_manage_robot, may_manage_robots
from notices.scopes import scope_choices, scope_names

PAGE = 30


@require_safe
def robot_list(request: Request) -> HttpResponse:
    if not may_manage_robots(request.user):
        raise PermissionDenied
    robots = Robot.objects.visible_to(request.user).for_list()
    page = Paginator(robots, PAGE).get_page(request.GET.get("page"))
    names, now = scope_names(request.user, {robot.scope for robot in page}), timezone.now()
    rows = [
        {
            "robot": robot,
            "unit": names.get(robot.scope, ""),
            "kinds": [kind.label for slug in robot.kinds if (kind := find_kind(slug))],
            "silent": is_silent(robot, now),
        }
        for robot in page
    ]
    return render(request, "notices/robot_list.html", {"page": page, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def robot_new(request: Request) -> HttpResponse:
    if not may_manage_robots(request.user):
        raise PermissionDenied
    return _robot_page(request, Robot())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def robot_edit(request: Request, pk: int) -> HttpResponse:
    return _robot_page(request, _robot(request, pk))


def _robot(request: Request, pk: int) -> Robot:
    if not may_manage_robots(request.user):
        raise PermissionDenied
    robot = get_object_or_404(Robot.objects.visible_to(request.user), pk=pk)
    if not may_manage_robot(request.user, robot):
        raise PermissionDenied
    return robot


def _robot_page(request: Request, robot: Robot) -> HttpResponse:
    """The scopes offered are the person's own: another one is no valid choice."""
    scopes = scope_choices(request.user)
    form = RobotForm(request.POST or None, instance=robot, scopes=scopes)
    if request.method == "POST" and form.is_valid():
        robot = save_robot(form.save(commit=False), by=request.user)
        messages.success(request, _("Saved. Send a test message to see that it arrives."))
        return redirect("notices:robot-list")
    context = {"form": form, "robot": robot}
    return render(request, "notices/robot_form.html", context, status=422 if form.errors else 200)


@require_POST
def robot_switch(request: Request, pk: int) -> HttpResponse:
    """``on`` says where to: a second click of the same button changes nothing."""
    robot = _robot(request, pk)
    switch_robot(robot, on=request.POST.get("on") == "1", by=request.user)
    words = _("“{name}” is on.") if robot.active else _("“{name}” is off; it gets no messages.")
    messages.success(request, words.format(name=robot.name))
    return redirect("notices:robot-list")


@require_POST
def robot_test(request: Request, pk: int) -> HttpResponse:
    robot = _robot(request, pk)
    error = post_test_message(robot, by=request.user)
    if error:
        messages.error(request, _("Not delivered. {reason}").format(reason=error))
    else:
        words = _("Sent. Look whether it arrived in “{name}”.")
        messages.success(request, words.format(name=robot.name))
    return redirect("notices:robot-list")
