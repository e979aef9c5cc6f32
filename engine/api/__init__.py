"""The protocol between the fronts (studio, command line) and the engine: frozen values, standard library and numpy only."""
