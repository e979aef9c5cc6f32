"""Moving through what a generator has learnt: codes, directions, blends, a map, photos found in it. Not a network of its own."""
