"""The shortest program that reads all products into a CSV file: `pull_loop.py URL CSV`.

Hand-written for just these columns: one page of 100 after the other, as the links to the next one say.
"""

import csv
import sys
from pathlib import Path

import httpx

ATTRIBUTES = ("brand", "colour", "description", "ean", "name", "origin", "pieces", "released", "supplier", "washable")
HEADER = (
    *("identifier", "family", "categories", "brand", "colour", "description-en_US", "ean", "name-de_DE", "name-en_US"),
    *("origin", "pieces", "released", "supplier", "washable", "weight", "weight-unit"),
)


def row(product):
    values = product["values"]
    found = {
        f"{code}-{one['locale']}" if one["locale"] else code: one["data"]
        for code in ATTRIBUTES
        for one in values.get(code, ())
    }
    weight = values["weight"][0]["data"]
    found |= {"weight": f"{float(weight['amount']):g}", "weight-unit": weight["unit"]}
    found |= {"identifier": product["identifier"], "family": product["family"]}
    found["categories"] = ",".join(product["categories"])
    found["washable"] = "1" if found["washable"] else "0"
    found["released"] = found["released"][:10]
    return [found[name] for name in HEADER]


def main(url, path):
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client, Path(path).open("w", newline="") as file:
        login = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
        answer = client.post("/api/oauth/v1/token", json=login, auth=("sandbox", "sandbox"))
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        out = csv.writer(file)
        out.writerow(HEADER)
        link = "/api/rest/v1/products?pagination_type=search_after&limit=100"
        while link:
            page = client.get(link).raise_for_status().json()
            out.writerows(map(row, page["_embedded"]["items"]))
            link = page["_links"].get("next", {}).get("href")


if __name__ == "__main__":
    main(*sys.argv[1:])
