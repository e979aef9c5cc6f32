"""Pictures as arrays: reading and writing files, colour profiles, resampling. Imports neither torch nor Qt."""
