"""What was called how often: the figures behind GET /_sandbox/stats."""

from dataclasses import dataclass, field
from typing import Any

ROOT = "/api/rest/v1"


def template(path: str) -> str:
    """Return the path with its keys replaced: `/api/rest/v1/families/{code}/variants/{code}`."""
    if not path.startswith(ROOT + "/"):
        return path.rstrip("/") or "/"
    parts = path[len(ROOT) + 1 :].rstrip("/").split("/")
    if parts[0] in {"media-files", "products"} and len(parts) > 1:
        tail = "/download" if parts[0] == "media-files" and parts[-1] == "download" and len(parts) > 2 else ""
        return f"{ROOT}/{parts[0]}/{{code}}{tail}"
    if parts[0] == "products-uuid" and parts[1:] == ["search"]:
        return f"{ROOT}/products-uuid/search"
    return "/".join([ROOT, *("{code}" if at % 2 else part for at, part in enumerate(parts))])


@dataclass
class Count:
    """Calls, lines of bulk calls, and calls refused with 429."""

    calls: int = 0
    lines: int = 0
    throttled: int = 0


@dataclass
class Stats:
    """Counts by method and path template."""

    routes: dict[str, Count] = field(default_factory=dict)

    def count(self, method: str, path: str, lines: int, *, throttled: bool) -> None:
        """Note one call."""
        count = self.routes.setdefault(f"{method} {template(path)}", Count())
        count.calls += 1
        count.lines += lines
        count.throttled += throttled

    def as_json(self) -> dict[str, Any]:
        """Totals and routes."""
        return {
            "calls": sum(count.calls for count in self.routes.values()),
            "lines": sum(count.lines for count in self.routes.values()),
            "throttled": sum(count.throttled for count in self.routes.values()),
            "routes": {route: dict(vars(count)) for route, count in sorted(self.routes.items())},
        }
