"""What scenarios are written with; see ../README.md."""
