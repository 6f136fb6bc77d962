"""The words of the field as small types: no I/O, no clock, no chance, the standard library only."""
