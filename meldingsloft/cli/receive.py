"""``receive``: the inboxes emptied once."""

from __future__ import annotations

from meldingsloft.cli import frame
from meldingsloft.domain.errors import ExitStatus


@frame.command("receive", example="meldingsloft receive\nmeldingsloft receive --json | jq .verdict")
def command(session: frame.Session) -> None:
    """Empty the inboxes of all parties once: open, verify, decrypt, validate, file, answer.

    Messages are filed in fagsystem/<her-id>/inn/. Every message is answered by a signed Acknowledgment or error, and by
    an AppRec where its standard asks for one. Refused mails are kept in failed/ with their reason. With
    `[receive] revocation = "postpone"` a message whose certificate nobody can vouch for waits for the next receive.

    Exit status: 0 when all that lay there was handled; 7 when something had to be left with its reason.
    """
    from meldingsloft.cli.wiring import working_msh_of
    from meldingsloft.flow.receiving import receive
    from meldingsloft.report.road import received_object, received_text

    count = 0
    for line in receive(working_msh_of(session)):
        count += 1
        if session.json:
            session.json_line(received_object(line))
        else:
            session.line(received_text(line))
        if line.verdict in ("failed", "postponed"):
            session.fail(ExitStatus.PARTIAL)
    if count == 0:
        session.say("nothing lay in the inboxes")
