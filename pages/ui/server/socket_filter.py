"""What a browser may ask of Streamlit over its socket: not what is meant for whoever develops an app."""

from collections.abc import Awaitable, Callable
from typing import Any

REFUSED = {"clear_cache", "set_run_on_save", "debug_disconnect_websocket", "debug_shutdown_runtime"}
"""Any visitor could else empty everybody's caches, the count of wrong passwords included, or stop the server."""


class Harmless:
    """ASGI middleware: messages of those kinds are dropped."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)

        async def receive_() -> dict[str, Any]:
            while _refused(message := await receive()):
                pass
            return message

        return await self._app(scope, receive_, send)


def _refused(message: dict[str, Any]) -> bool:
    from google.protobuf.message import DecodeError
    from streamlit.proto.BackMsg_pb2 import BackMsg

    try:
        return BackMsg.FromString(message.get("bytes") or b"").WhichOneof("type") in REFUSED
    except DecodeError:  # Streamlit says so itself
        return False
