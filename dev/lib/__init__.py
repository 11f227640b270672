"""What the commands in `dev/` share. Standard library only: it runs before anything is installed."""
