from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

@login_not_required
def home(request: HttpRequest) -> HttpResponse: return HttpResponse("")
desk = desk_more = system = search = display = help_page = privacy = accessibility = health = home
