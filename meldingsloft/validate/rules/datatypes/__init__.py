"""Rules of DT: datatypes."""
