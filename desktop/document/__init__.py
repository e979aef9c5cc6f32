"""What the artist makes, as a value: the document, its edits, its history and its files. No Qt here."""
