"""Rules of AK: AppRec."""
