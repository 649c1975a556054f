"""Courses, class runs, enrollments, lessons, completion (an empty floor until its capability is built)."""
