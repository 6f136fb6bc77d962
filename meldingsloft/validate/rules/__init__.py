"""The business rules, a package for each series of ids."""
