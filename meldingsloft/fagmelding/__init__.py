"""Fagmeldinger: what a person writes in a case file, and the XML that the standards make of it."""
