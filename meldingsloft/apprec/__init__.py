"""Applikasjonskvittering (AppRec) 1.0 and 1.1: what to answer, the answer itself, and what an answer to us means.

Sources: HIS 80415:2004 (1.0), HIS 80415:2012 (1.1), HITS 1168:2016.
"""
