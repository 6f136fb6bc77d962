"""Rules of who writes, who is written to, and whom it is about, in all families."""
