"""The refusals of the PIM: what is raised inside, and the bodies that the API answers.

A PropertyError is about one property or value of a payload; the endpoint turns it into a 422 with a link to its
own chapter of the documentation. Violations come from checks of the whole entity. A RefusedError is a ready answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

REFERENCE = "http://api.akeneo.com/api-reference.html#"
DOCUMENTATION = "http://api.akeneo.com/documentation/"
TWO_WAY_HELP = (
    "https://help.akeneo.com/pim/serenity/articles/manage-your-association-types.html#create-a-2-way-association-type"
)
CHECK_FORMAT = "Check the expected format on the API documentation."


@dataclass(frozen=True)
class Violation:
    """One failed check; attribute, locale and scope only for values, currency only for prices.

    Of several violations with the same property and `rule` the PIM tells the first.
    """

    property: str
    message: str
    attribute: str | None = None
    locale: str | None = None
    scope: str | None = None
    currency: str | None = None
    rule: str = ""

    def body(self) -> dict[str, Any]:
        """Return the member of `errors` in the answer."""
        found: dict[str, Any] = {"property": self.property, "message": self.message}
        if self.attribute is not None:
            found |= {"attribute": self.attribute, "locale": self.locale, "scope": self.scope}
        if self.currency is not None:
            found["currency"] = self.currency
        return found

    def key(self) -> tuple[str | None, ...]:
        """Return what makes it the same violation as another one."""
        return self.property, self.attribute, self.locale, self.scope, self.currency, self.rule or self.message


class RefusedError(Exception):
    """An answer that is not a success: status and JSON body."""

    def __init__(
        self, status: int, message: str, extra: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {"code": status, "message": message, **(extra or {})}


class PropertyError(Exception):
    """A property or value of the payload cannot be taken; `message` is without the advice at its end."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownPropertyError(PropertyError):
    """A property that the entity does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f'Property "{name}" does not exist.')
        self.name = name


class TwoWayError(Exception):
    """An entity was associated with itself by a two-way association type."""


def documented(message: str, href: str, status: int = 422) -> RefusedError:
    """Return a refusal that links to the documentation."""
    return RefusedError(status, message, {"_links": {"documentation": {"href": href}}})


def of_property(problem: PropertyError, anchor: str) -> RefusedError:
    """Return the answer for a PropertyError, linked to a chapter of the API reference."""
    return documented(f"{problem.message} {CHECK_FORMAT}", REFERENCE + anchor)


def of_two_way() -> RefusedError:
    """Return the answer for an entity associated with itself in both directions."""
    return documented(
        "A 2-way association only allows two different products or product models to be associated", TWO_WAY_HELP
    )


def of_violations(violations: Sequence[Violation]) -> RefusedError:
    """Return the answer when checks of the entity failed."""
    told = {violation.key(): violation for violation in reversed(violations)}
    errors = [violation.body() for violation in violations if told[violation.key()] is violation]
    return RefusedError(422, "Validation failed.", {"errors": errors})


def unprocessable(message: str) -> RefusedError:
    """Return a 422 without a link."""
    return RefusedError(422, message)


def not_found(message: str) -> RefusedError:
    """Return a 404."""
    return RefusedError(404, message)


def bad_json() -> RefusedError:
    """Return a body that is no JSON object."""
    return RefusedError(400, "Invalid json message received")


def expects(name: str, what: str, given: str) -> PropertyError:
    """Property "x" expects WHAT as data, "TYPE" given."""
    return PropertyError(f'Property "{name}" expects {what} as data, "{given}" given.')


def expects_key(name: str, key: str) -> PropertyError:
    """Return a key is missing in an array."""
    return PropertyError(f'Property "{name}" expects an array with the key "{key}".')


def expects_valid_data(name: str, because: str) -> PropertyError:
    """Return an array is not built as expected."""
    return PropertyError(f'Property "{name}" expects an array with valid data, {because}.')


def expects_entity(name: str, key: str, because: str, given: str) -> PropertyError:
    """Return a code names nothing: Property "x" expects a valid KEY. BECAUSE, "code" given."""
    return PropertyError(f'Property "{name}" expects a valid {key}. {because}, "{given}" given.')


def cannot_be_modified(name: str, given: str) -> PropertyError:
    """Return a property that is fixed after creation."""
    return PropertyError(f'Property "{name}" cannot be modified, "{given}" given.')
