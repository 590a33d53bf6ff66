"""Write the quarterly review of the last build as one HTML page, to be opened from disk."""

from __future__ import annotations
