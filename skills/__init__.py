"""Taxonomy, eight ranks, evidence ledger, portraits, growth maps (an empty floor until its capability is built)."""
