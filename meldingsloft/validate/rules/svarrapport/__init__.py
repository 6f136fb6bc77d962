"""Rules of SV: svarrapport."""
