"""Rules of MH: hodemelding."""
