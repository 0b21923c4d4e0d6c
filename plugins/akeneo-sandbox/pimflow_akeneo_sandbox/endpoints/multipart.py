"""Bodies of type multipart/form-data."""

from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.multipart import parse_options_header

from pimflow_akeneo_sandbox.endpoints.call import Call
from pimflow_akeneo_sandbox.errors import RefusedError


@dataclass(frozen=True)
class Part:
    """One part; only files have a file name."""

    filename: str | None
    content: bytes


@dataclass
class _Reading:
    parts: dict[str, Part] = field(default_factory=dict)
    headers: dict[str, bytes] = field(default_factory=dict)
    name: bytes = b""
    value: bytes = b""
    content: list[bytes] = field(default_factory=list)

    def begin(self) -> None:
        self.headers, self.content = {}, []

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.headers[self.name.decode("latin-1").lower()] = self.value
        self.name = self.value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self.content.append(data[start:end])

    def end(self) -> None:
        _, options = parse_options_header(self.headers.get("content-disposition", b""))
        filename = options.get(b"filename")
        part = Part(filename.decode() if filename is not None else None, b"".join(self.content))
        self.parts[options.get(b"name", b"").decode()] = part


def read_parts(call: Call) -> dict[str, Part]:
    """Return the parts by name. Raises RefusedError (400) for a body that is none."""
    _, options = parse_options_header(call.request.headers.get("content-type", ""))
    reading = _Reading()
    try:
        parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": reading.begin,
                "on_header_field": reading.header_field,
                "on_header_value": reading.header_value,
                "on_header_end": reading.header_end,
                "on_part_data": reading.data,
                "on_part_end": reading.end,
            },
        )
        parser.write(call.body)
        parser.finalize()
    except (KeyError, ValueError) as problem:
        raise RefusedError(400, f"The multipart body cannot be read: {problem}") from None
    return reading.parts
