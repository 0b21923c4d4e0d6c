"""Where a browser shows what people are told of, if the project says so under `serve: public_url`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from pimflow.assemble import Assembly
from pimflow.configuration.values import resolve_values


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the pages of a server are: `root` without a slash at the end, empty where there is none."""

    root: str = ""

    def problems(self, pipeline: str) -> str:
        """Give the page on which problems are answered."""
        return f"{self.root}/problems?pipeline={quote(pipeline)}"

    def run(self, run: str) -> str:
        """Give the page of a run."""
        return f"{self.root}/runs/{quote(run)}"


def pages_of(assembly: Assembly) -> Pages:
    """Give the pages of a pipeline's project. What cannot be read is the server's matter: nobody is led anywhere."""
    serve = assembly.pipeline.serve
    if serve is None or not isinstance(serve.data, dict) or not isinstance(serve.data.get("public_url"), str):
        return Pages()
    url, mistakes = resolve_values(replace(serve, data=serve.data["public_url"]), assembly.registry.resolve)
    return Pages() if mistakes or not url.startswith(("http://", "https://")) else Pages(url.rstrip("/"))
