"""The state of the Train workspace: what is to be trained, the run that is under way, and the generators that came of it."""
