"""What the product manager sees: each product with its SKU, how it stands, and what came back."""

from typing import Any

from pim import pim, products

SHOWN = ("sku", "hand_over_status", "hand_over_reason", "erp_category", "erp_weight")


def main() -> None:
    """Print the products."""
    with pim() as client:
        for product in products(client):
            print(told(product))


def told(product: dict[str, Any]) -> str:
    """Write a product on one line."""
    values = {code: of[0]["data"] for code, of in product["values"].items()}
    names = {one["locale"]: one["data"] for one in product["values"]["name"]}
    shown = [f"{code}: {as_text(values[code])}" for code in SHOWN if code in values]
    return "  ".join([f"{names['en_US']} / {names['fr_FR']}", *shown])


def as_text(value: Any) -> str:
    """Write an amount with its unit, and other values as they are."""
    return f"{value['amount']} {value['unit']}" if isinstance(value, dict) else str(value)


if __name__ == "__main__":
    main()
