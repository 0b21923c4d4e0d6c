"""What options of the REST components share."""

from __future__ import annotations

from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict


class Options(BaseModel):
    """A nested mapping of options."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _compiles(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        raise ValueError(
            f"{text!r} is no JMESPath such as data.items: {str(error).partition(': Parse error')[0].splitlines()[0]}"
        ) from None
    return text


JmesPath = Annotated[str, AfterValidator(_compiles)]
"""Where something stands in JSON, as in `data.items` or `"@odata.nextLink"`."""


def found(path: str, data: Any) -> Any:
    """Give what stands there, None where there is nothing."""
    try:
        return jmespath.search(path, data)
    except JMESPathError:  # a function that does not take what it found
        return None
