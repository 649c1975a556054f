"""Persons, two trees of units, posts, grants, honors, consent."""
