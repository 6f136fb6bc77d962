"""Rules of PL: pleie- og omsorgsmeldinger."""
