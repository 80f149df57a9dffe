"""`python -m eval`: the same as `assistant eval`."""

from __future__ import annotations

import sys

from eval.runner import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
