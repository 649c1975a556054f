from django.http import HttpRequest, HttpResponse

def home(request: HttpRequest) -> HttpResponse: return HttpResponse("")
desk = desk_more = system = search = display = help_page = privacy = accessibility = health = home
