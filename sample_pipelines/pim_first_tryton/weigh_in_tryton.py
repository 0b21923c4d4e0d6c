"""What the ERP team does: `python weigh_in_tryton.py CRO-000001 0.35` gives a product its weight and a category."""

import os
import sys

import httpx
from start_tryton import wait_and_log_in


def main(code: str, kilograms: float) -> None:
    """Write the weight of a product in Tryton."""
    with httpx.Client(base_url=os.environ["TRYTON_URL"], trust_env=False, timeout=60) as client:
        header = wait_and_log_in(client)

        def call(method: str, *params: object) -> list[dict[str, int]]:
            body = {"id": 1, "method": f"model.{method}", "params": [*params, {"language": "en"}]}
            answer = client.post("/erp/rpc/", json=body, headers={"Authorization": header}).json()
            assert "error" not in answer, answer
            found: list[dict[str, int]] = answer["result"]
            return found

        [product] = call("product.product.search_read", [["code", "=", code]], 0, 1, None, ["template"])
        [unit] = call("product.uom.search_read", [["symbol", "=", "kg"]], 0, 1, None, ["symbol"])
        shelf = call("product.category.search_read", [["name", "=", "Kitchen"]], 0, 1, None, ["name"])
        category = shelf[0]["id"] if shelf else call("product.category.create", [{"name": "Kitchen"}])[0]
        values = {"weight": kilograms, "weight_uom": unit["id"], "categories": [["add", [category]]]}
        call("product.template.write", [product["template"]], values)
        print(f"{code} weighs {kilograms} kg")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
