"""Rules of XR: what one part of a message says against what another part says."""
