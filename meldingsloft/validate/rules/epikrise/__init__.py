"""Rules of EP: epikrise."""
