"""Drafts of the Enterprise edition: what a user changes who may edit a product and does not own it.

What is known of them is in the reference of the API; the texts of the refusals, and what becomes of a draft that is
changed after it was sent for approval (here it goes back to its author), are uncertain.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pimflow_akeneo_sandbox.entities import Draft, Product
from pimflow_akeneo_sandbox.errors import RefusedError
from pimflow_akeneo_sandbox.permissions import Permissions
from pimflow_akeneo_sandbox.products.save import save_product
from pimflow_akeneo_sandbox.products.variants import all_categories
from pimflow_akeneo_sandbox.store import Store

WORKING_COPY, WAITING = "working_copy", "proposal_waiting_for_approval"
Save = Callable[[Store, Product], None]
_OWNERS_ONLY = ("enabled", "family", "parent", "categories", "groups", "associations", "quantified")


@dataclass(frozen=True)
class Author:
    """Who writes: a user, and what it may."""

    user: str
    permissions: Permissions

    def owns(self, store: Store, product: Product) -> bool:
        """Tell whether its changes go into the product itself: it owns one of the categories, or there is none."""
        categories = all_categories(store, product)
        return not store.settings.has_drafts or not categories or not self._edits_only(categories)

    def draft(self, store: Store, product: Product) -> Draft | None:
        """Give its draft of a product."""
        return store.drafts.get((product.uuid, self.user))

    def status(self, store: Store, product: Product) -> str:
        """Give the workflow status of a product as this user sees it."""
        draft = self.draft(store, product)
        return draft.status if draft else WORKING_COPY

    def save(self, store: Store, product: Product) -> None:
        """Keep a changed product, or what was changed as a draft. Raises RefusedError (403)."""
        old = store.products.get(product.uuid)
        if old is None or self.owns(store, old):
            save_product(store, product)
            return
        changed = [name for name in _OWNERS_ONLY if getattr(old, name) != getattr(product, name)]
        if changed:
            named = f'{"fields" if len(changed) > 1 else "field"} "{", ".join(changed)}"'
            raise RefusedError(403, f"You cannot update the {named}. You should at least own this product to do it.")
        before = self.draft(store, product)
        if product.values == old.values:
            store.drafts.pop((product.uuid, self.user), None)
        elif before is None or before.values != product.values:
            store.drafts[product.uuid, self.user] = Draft(product.values)

    def propose(self, store: Store, product: Product) -> None:
        """Send its draft for approval. Raises RefusedError (422)."""
        draft = self.draft(store, product)
        if draft is None:
            raise RefusedError(422, "You should create a draft before submitting it for approval.")
        store.drafts[product.uuid, self.user] = replace(draft, status=WAITING)

    def _edits_only(self, categories: list[str]) -> bool:
        return set(categories) <= self.permissions.edited_only(self.user)


def approve(store: Store, product: Product, user: str) -> None:
    """Take what a user proposed into the product, as its owner does on a screen. Raises KeyError without a draft."""
    draft = store.drafts.pop((product.uuid, user))
    save_product(store, replace(product, values=draft.values))


def reject(store: Store, product: Product, user: str) -> None:
    """Throw away what a user proposed. Raises KeyError without a draft."""
    del store.drafts[product.uuid, user]
