"""Rules of XR over several messages: what messages of one conversation, given together in any order, say of each other."""
