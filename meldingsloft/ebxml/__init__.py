"""The ebXML envelope: MIME, SOAP, MessageHeader, signals; bytes in, facts out, and facts in, bytes out."""
