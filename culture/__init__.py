"""Stories, exhibitions, wall, campaigns (an empty floor until its capability is built)."""
