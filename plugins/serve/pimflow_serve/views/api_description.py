"""The description of the API (OpenAPI): each call under the first sentence about it, and how all of them refuse."""

from __future__ import annotations

import re
from typing import Any

_SENTENCE = re.compile(r"(.*?)\.(?:\s+(.*))?", re.DOTALL)
_REFUSED = {
    "description": "What happened, and what to do.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
}
_TEXT = {"type": "string"}
_SAID = {"type": "object", "required": ["message", "remedy"], "properties": {"message": _TEXT, "remedy": _TEXT}}
_REFUSAL = {"type": "object", "title": "Refusal", "required": ["error"], "properties": {"error": _SAID}}
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def described(made: dict[str, Any]) -> dict[str, Any]:
    """Change the description that FastAPI made into what holds here, and give it."""
    schemas: dict[str, Any] = made["components"]["schemas"]
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    schemas["Refusal"] = _REFUSAL
    for methods in made["paths"].values():
        for call in methods.values():
            _describe(call)
    return made


def _describe(call: dict[str, Any]) -> None:
    sentence = _SENTENCE.fullmatch(call.get("description", "").strip())
    if sentence is not None:
        call["summary"], call["description"] = sentence[1].replace("\n", " "), sentence[2] or ""
    call["responses"].pop("422", None)
    call["responses"]["default"] = _REFUSED
