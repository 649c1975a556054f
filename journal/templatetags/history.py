"""``{{ entry|sentence }}``: what happened, in words."""

from django import template

from journal.verbs import sentence

register = template.Library()
register.filter("sentence", sentence)
