"""How every form of the portal is drawn, and the two small forms of its own."""

from django import forms
from django.conf import settings
from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Label, error above the field, help beneath (UX §4)."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"


class DisplayForm(forms.Form):
    """Language and type size, kept in the profile and, before sign-in, in a cookie."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    type = forms.ChoiceField(choices=[("normal", ""), ("large", "")], required=False)
    next = forms.CharField(required=False)
