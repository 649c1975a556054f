"""Programs, schemes, incentives, budget, public notices (an empty floor until its capability is built)."""
