"""The head of messages: reading it from all families, and building MsgHead 1.2 (HIS 80601:2006, HIS 1153-2)."""
