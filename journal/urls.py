from django.urls import path

from journal import views

app_name = "journal"
urlpatterns = [
    path("tasks/", views.job_list, name="job-list"),
    path("tasks/<int:pk>/", views.job_detail, name="job"),
    path("tasks/<int:pk>/cancel/", views.job_cancel, name="job-cancel"),
    path("tasks/<int:pk>/file/", views.job_file, name="job-file"),
    path("desk/audit/", views.audit, name="audit"),
    path("desk/audit/export/", views.audit_export, name="audit-export"),
]
