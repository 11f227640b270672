"""Stand-ins for media ids: content is frozen before its files are uploaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: What stands in frozen content instead of the media id that the upload will give.
PLACEHOLDER = "file:"
#: Objects of Meta's API that hold a media id.
MEDIA_OBJECTS = ("image", "video", "document", "audio", "sticker", "gif")


def media_placeholder(index: int) -> str:
    """Return the stand-in for the media id of the file at ``index`` of ``content["files"]``."""
    return f"{PLACEHOLDER}{index}"


def fill_media_ids(node: Any, uid_of: Callable[[int], str]) -> Any:
    """Return frozen content with media ids instead of their stand-ins; nothing else is touched.

    Only the ``id`` of media objects is looked at, so no text of a person can be taken for a stand-in.

    :param uid_of: function index -> media id.
    """
    if isinstance(node, list):
        return [fill_media_ids(item, uid_of) for item in node]
    if not isinstance(node, dict):
        return node
    filled = {key: fill_media_ids(value, uid_of) for key, value in node.items()}
    for name in MEDIA_OBJECTS:
        value = filled.get(name)
        if not isinstance(value, dict):
            continue
        placeholder = value.get("id")
        if isinstance(placeholder, str) and placeholder.startswith(PLACEHOLDER):
            filled[name] = {**value, "id": uid_of(int(placeholder.removeprefix(PLACEHOLDER)))}
    return filled
