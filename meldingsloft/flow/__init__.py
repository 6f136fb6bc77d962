"""The journeys of a message: out, in, and back. They talk to the world through ports alone."""
