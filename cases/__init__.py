"""Fragments, cases, review, reflections, product map (an empty floor until its capability is built)."""
