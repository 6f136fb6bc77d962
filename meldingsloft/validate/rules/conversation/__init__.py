"""XR rules: what must hold between a head and its content, and between the messages of a conversation."""
