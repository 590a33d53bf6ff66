"""The demo product: who uses it, what they do, why they pay, and the dirt in its logs."""
