"""The Train workspace: its pages, and what is on them. Imported when the artist first goes there."""
