"""Faculty: appointments, development nodes, agreements, coaching logs (an empty floor until its capability is built)."""
