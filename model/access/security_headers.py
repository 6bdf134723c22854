"""Security headers: a content security policy and OWASP's recommended headers, on every response.

Not the library `secure` (2.0): its middleware has one policy for all paths, and overwrites what a response says itself.
"""

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import MutableHeaders

from model.access.request_id import RESPONSE_STARTS

API_DOCS = "/docs"
"""How the path of the API's documentation ends; its page has an inline script, and shows no mail."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' blob: 'wasm-unsafe-eval' {scripts}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeadersMiddleware:
    """ASGI middleware: adds the headers that a response does not set itself."""

    def __init__(self, app: Any, script_hashes: Sequence[str] = ()) -> None:
        """`script_hashes` are those of the inline scripts that pages may run, as in "sha256-…"."""
        self._app = app
        self._policy = CONTENT_SECURITY_POLICY.format(scripts=" ".join(f"'{one}'" for one in script_hashes))
        self._docs_policy = CONTENT_SECURITY_POLICY.format(scripts="'unsafe-inline'")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        policy = self._docs_policy if scope["path"].endswith(API_DOCS) else self._policy

        async def send_with_headers(message: dict[str, Any]) -> None:
            if message["type"] in RESPONSE_STARTS:
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                for name, value in {"content-security-policy": policy, **SECURITY_HEADERS}.items():
                    headers.setdefault(name, value)
            await send(message)

        return await self._app(scope, receive, send_with_headers)
