"""Learning committees (an empty floor until its capability is built)."""
