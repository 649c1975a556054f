"""Dashboards, ledgers, periodic reports (an empty floor until its capability is built)."""
