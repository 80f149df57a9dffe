"""The chat page: `serve(settings)`, or `python app_gradio.py`."""

from __future__ import annotations

import sys

from assistant.errors import AssistantError
from assistant.settings import Settings


def serve(settings: Settings) -> None:
    """Serve the page at the address of `settings` until interrupted. Raises AssistantError."""
    from ui.server import serve as run

    run(settings)


if __name__ == "__main__":
    try:
        serve(Settings())
    except AssistantError as error:
        sys.exit(f"assistant: {error}")
    except KeyboardInterrupt:
        sys.exit(0)
