"""The studio's look (`theme`, `icons`) and its small controls. Nothing here knows of documents or of the engine."""
