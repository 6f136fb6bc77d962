"""Rules of GN: all messages."""
