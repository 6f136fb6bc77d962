"""Would this receiver take it? What running systems refuse beyond the standards, each fact a small check with an id of its own (``RX-…``)."""
