"""What the product manager does: three products, in two languages, without a SKU and ticked."""

from pim import PRODUCTS, pim

NEW = [
    ("0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d", "crockery", {"en_US": "Cup", "fr_FR": "Tasse"}, "9.50"),
    ("1a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d", "crockery", {"en_US": "Bowl", "fr_FR": "Bol"}, "12"),
    ("2a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d", "lamps", {"en_US": "Lamp", "fr_FR": "Lampe"}, "49"),
]


def main() -> None:
    """Create them; called again, nothing new."""
    with pim() as client:
        for uuid, family, names, price in NEW:
            values = {
                "name": [{"locale": locale, "scope": None, "data": name} for locale, name in names.items()],
                "starting_price": [{"locale": None, "scope": None, "data": price}],
                "send_to_erp": [{"locale": None, "scope": None, "data": True}],
            }
            product = {"uuid": uuid, "family": family, "values": values}
            client.patch(f"{PRODUCTS}/{uuid}", json=product).raise_for_status()
            print(f"created and ticked: {names['en_US']}")


if __name__ == "__main__":
    main()
