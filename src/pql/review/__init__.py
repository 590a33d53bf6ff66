"""The quarterly review: what it reads, how it says it, and how it draws it."""
