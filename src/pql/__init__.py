"""What the project's commands share."""
