"""`python -m bench [offline|model|page|decisions|weights] …`: one benchmark, or with no name the offline one."""

import importlib
import sys

NAMES = ("offline", "model", "page", "decisions", "weights")


def main(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "offline"
    if name not in NAMES:
        sys.stderr.write(f"bench: no benchmark {name!r}; expected one of {', '.join(NAMES)}\n")
        return 2
    return int(importlib.import_module(f"bench.{name}").main(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
