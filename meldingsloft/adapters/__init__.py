"""What the ports stand for in this world: folders, files, the clock, SQLite, TOML. Each adapter implements one port."""
