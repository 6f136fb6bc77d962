"""Rules of RE: rekvisisjon."""
