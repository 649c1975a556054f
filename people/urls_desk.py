from django.urls import path

from people import gallery, staff, staff_honors, staff_missing, staff_units

urlpatterns = [
    path("desk/people/", staff.roster, name="roster"),
    path("desk/people/export/", staff.roster_export, name="roster-export"),
    path("desk/people/new/", staff.person_new, name="person-new"),
    path("desk/people/<int:pk>/", staff.person, name="person"),
    path("desk/people/<int:pk>/edit/", staff.person_edit, name="person-edit"),
    path("desk/people/<int:pk>/phone/", staff.person_phone, name="person-phone"),
    path("desk/people/<int:pk>/left/", staff.person_left, name="person-left"),
    path("desk/people/<int:pk>/back/", staff.person_back, name="person-back"),
    path("desk/people/<int:pk>/placements/", staff.placement_new, name="placement-new"),
    path("desk/people/missing/<int:pk>/", staff_missing.missing, name="roster-missing"),
    path("desk/units/", staff_units.unit_list, name="unit-list"),
    path("desk/units/<int:pk>/", staff_units.unit, name="unit"),
    path("desk/units/<int:pk>/new/", staff_units.unit_new, name="unit-new"),
    path("desk/units/<int:pk>/rename/", staff_units.unit_rename, name="unit-rename"),
    path("desk/units/<int:pk>/move/", staff_units.unit_move, name="unit-move"),
    path("desk/units/<int:pk>/close/", staff_units.unit_close, name="unit-close"),
    path("desk/honors/", staff_honors.honor_list, name="honor-list"),
    path("desk/honors/new/", staff_honors.honor_new, name="honor-new"),
    path("desk/honors/<int:pk>/", staff_honors.honor, name="honor"),
    path("desk/honors/<int:pk>/move/", staff_honors.honor_move, name="honor-move"),
    path("learn/culture/", gallery.figure_list, name="figure-list"),
    path("learn/culture/honors/", gallery.honor_board, name="honor-board"),
    path("learn/culture/<slug:slug>/", gallery.figure, name="figure"),
]
