"""Rules of HE: henvisning."""
