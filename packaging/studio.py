"""What the packaged program runs: the same as the console script `sfumato`."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # first: a child process that a library starts is this program again
    from desktop.__main__ import main

    sys.exit(main())
