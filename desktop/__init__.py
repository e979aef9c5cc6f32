"""The studio: a window over the engine. It sees of the engine only `engine.api`."""
