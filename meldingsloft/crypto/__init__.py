"""Sign, verify, encrypt, decrypt, and trust in a virksomhetssertifikat: bytes in, bytes and facts out.

Nothing here opens a file, reads the clock or draws chance of its own; key material comes through ``ports.SigningKey`` and
``ports.DecryptionKey``. Sources: HIS 1037:2011 §5.5, HITS 1172:2017 §5.9–5.10, XML Signature, Canonical XML 1.0, RFC 5652.
"""
