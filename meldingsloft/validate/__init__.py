"""What is wrong with a message: one check a module, findings as data, verdicts of the XML Schemas kept apart."""
