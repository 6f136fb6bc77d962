"""The tables of the journal and how an older database becomes a newer one.

``PRAGMA user_version`` holds the version. A migration is a list of statements, run in one transaction, never changed once
released; a newer database than the program knows is refused.
"""

from __future__ import annotations

import sqlite3

from meldingsloft.domain.errors import ConfigError

_V1 = (
    """CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        direction TEXT NOT NULL,
        kind TEXT NOT NULL,
        message_id TEXT NOT NULL,
        state TEXT NOT NULL,
        sender TEXT NOT NULL,
        receiver TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        cpa_id TEXT NOT NULL,
        service TEXT NOT NULL,
        action TEXT NOT NULL,
        msg_id TEXT NOT NULL,
        message_type TEXT NOT NULL,
        original_id TEXT NOT NULL,
        ref_message_id TEXT NOT NULL,
        generated INTEGER,
        attempts INTEGER NOT NULL,
        next_attempt INTEGER,
        reason TEXT NOT NULL,
        error_codes TEXT,
        digests TEXT,
        envelope_path TEXT NOT NULL,
        edi_address TEXT,
        mail_name TEXT,
        incoming TEXT,
        settles_as TEXT,
        authenticated INTEGER NOT NULL,
        open INTEGER NOT NULL,
        created INTEGER NOT NULL,
        settled INTEGER,
        updated INTEGER NOT NULL
    )""",
    # one outgoing envelope a MessageId; one authenticated incoming one a sender and MessageId
    "CREATE UNIQUE INDEX entry_out ON entry(message_id) WHERE direction='out'",
    "CREATE UNIQUE INDEX entry_in ON entry(message_id, sender) WHERE direction='in' AND authenticated=1 AND state<>'duplicate'",
    "CREATE INDEX entry_message_id ON entry(message_id)",
    "CREATE INDEX entry_msg_id ON entry(msg_id) WHERE msg_id<>''",
    "CREATE INDEX entry_original ON entry(original_id) WHERE original_id<>''",
    "CREATE INDEX entry_awaiting ON entry(generated) WHERE direction='out' AND kind='message' AND state='acked' AND original_id<>''",
    "CREATE INDEX entry_ref ON entry(ref_message_id) WHERE ref_message_id<>''",
    "CREATE INDEX entry_open ON entry(id) WHERE open=1",
    "CREATE INDEX entry_state ON entry(state)",
    """CREATE TABLE intake (
        sender TEXT NOT NULL,
        msg_id TEXT NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry(id),
        PRIMARY KEY (sender, msg_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        entry INTEGER NOT NULL REFERENCES entry(id),
        at INTEGER NOT NULL,
        what TEXT NOT NULL,
        text TEXT NOT NULL
    )""",
    "CREATE INDEX event_entry ON event(entry)",
    "CREATE TABLE signal (entry INTEGER PRIMARY KEY REFERENCES entry(id), mail BLOB NOT NULL)",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (_V1,)
"""The n-th list makes version n of version n - 1."""


def migrate(db: sqlite3.Connection) -> None:
    """Bring the database to the newest version.

    Raises:
        ConfigError: ``ML-J005``, the database is newer than this program.
    """
    if db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version: int = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise ConfigError(
                "ML-J005", "the journal was made by a newer meldingsloft", hint="use that version or newer"
            )
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
