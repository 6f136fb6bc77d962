"""Rules of ID: identity numbers and identifiers."""
