#!/usr/bin/env python
"""What is installed as the command ``meldingsloft``.

The script that installers write for an entry point imports ``re`` first, which takes half as long as Python itself to start.
"""

from meldingsloft.__main__ import main

if __name__ == "__main__":
    main()
