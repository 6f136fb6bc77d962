"""Rules of KV: code systems."""
