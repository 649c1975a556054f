from django.urls import path

from exchange import views

app_name = "exchange"
urlpatterns = [
    path("desk/import/", views.choose, name="choose"),
    path("desk/import/<slug:slug>/", views.upload, name="upload"),
    path("desk/import/<slug:slug>/template/", views.template, name="template"),
    path("desk/import/batches/<int:pk>/", views.batch, name="batch"),
    path("desk/import/batches/<int:pk>/rows/", views.rows, name="rows"),
    path("desk/import/batches/<int:pk>/rows/<int:number>/fix/", views.fix, name="fix"),
    path("desk/import/batches/<int:pk>/switch/", views.switch, name="switch"),
    path("desk/import/batches/<int:pk>/apply/", views.apply, name="apply"),
    path("desk/import/batches/<int:pk>/go-on/", views.go_on, name="go-on"),
    path("desk/import/batches/<int:pk>/undo/", views.undo, name="undo"),
    path("desk/import/batches/<int:pk>/discard/", views.discard, name="discard"),
    path("desk/import/batches/<int:pk>/bad-rows/", views.bad_rows, name="bad-rows"),
]
