"""Outcomes as text, JSON lines or pages; decides nothing."""
