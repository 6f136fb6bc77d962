"""What ``meldingsloft --help`` prints: written from the table of commands, without click, which takes three times as long to import."""

from __future__ import annotations

from meldingsloft.cli.table import JOURNEYS, SMALL_STEPS, Entry

_OPENING = """\
Usage: meldingsloft [OPTIONS] COMMAND ...

  meldingsloft demo
  meldingsloft validate message.xml

  Build, validate, sign, encrypt, send, receive and answer Norwegian health
  messages. -h after a command tells its options.

Options, before or after the command:
  --version                    The version.
  --workspace DIR              The workspace folder.
  --json                       JSON lines on stdout.
  -q, --quiet                  Say nothing on stderr but errors.
  -v, --verbose                Tell the steps; twice: details.
  --debug                      Show tracebacks.
  --color [auto|always|never]  Colour the output.
  --at-time ISO8601            Take this for the time now.
  -h, --help                   Show this message and exit.
"""
EXIT_TABLE = """\
Exit status:
  0  done                                   6  mailbox, files; again may help
  1  a fault in meldingsloft itself         7  some of a batch failed
  2  wrong usage                            8  nothing matched, nothing done
  3  the message has errors                 9  configuration or partner unknown
  4  refused: signature, decryption, trust 10  answered with a rejection
  5  not understood: XML, MIME, ebXML     130  interrupted
"""


def overview() -> str:
    """The page, in ASCII, so that any terminal can show it."""
    steps, journeys = (
        _table(title, table)
        for title, table in (("Small steps (pipe them)", SMALL_STEPS), ("Journeys (in a workspace)", JOURNEYS))
    )
    return f"{_OPENING}\n{steps}\n{journeys}\n{EXIT_TABLE}"


def _table(title: str, entries: dict[str, Entry]) -> str:
    widest = max(map(len, entries))
    return f"{title}:\n" + "".join(f"  {name:{widest}}  {entry.line}\n" for name, entry in entries.items())
