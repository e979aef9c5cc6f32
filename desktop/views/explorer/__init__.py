"""The Explore workspace: a live picture, and the tools that move it."""
