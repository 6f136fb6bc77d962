"""Rules of DI: dialogmelding."""
