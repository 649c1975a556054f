"""What happened, who is told of it, and long work with its progress."""
