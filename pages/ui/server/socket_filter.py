"""Drops Streamlit's messages for developers, which any visitor could send over the page's web socket."""

from collections.abc import Awaitable, Callable
from typing import Any

DROPPED_MESSAGES = {"clear_cache", "set_run_on_save", "debug_disconnect_websocket", "debug_shutdown_runtime"}
"""They would empty everybody's caches, the count of wrong passwords included, or stop the server."""


class SocketFilter:
    """ASGI middleware: the application does not receive messages of DROPPED_MESSAGES."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)

        async def receive_filtered() -> dict[str, Any]:
            while _is_dropped(message := await receive()):
                pass
            return message

        return await self._app(scope, receive_filtered, send)


def _is_dropped(message: dict[str, Any]) -> bool:
    from google.protobuf.message import DecodeError
    from streamlit.proto.BackMsg_pb2 import BackMsg

    try:
        return BackMsg.FromString(message.get("bytes") or b"").WhichOneof("type") in DROPPED_MESSAGES
    except DecodeError:  # Streamlit reports it itself
        return False
