"""The application: every path of the API and of the control of the sandbox."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from pimflow_akeneo_sandbox.answers import error_answer
from pimflow_akeneo_sandbox.endpoints import (
    drafts,
    jobs,
    measurements,
    product_models,
    products,
    products_uuid,
    published_products,
    structure,
)
from pimflow_akeneo_sandbox.endpoints.call import Endpoint, Rule, api, collection
from pimflow_akeneo_sandbox.endpoints.control import control
from pimflow_akeneo_sandbox.endpoints.media import MEDIA_RULE, download_media, get_media, list_media, post_media
from pimflow_akeneo_sandbox.endpoints.root import get_root, get_system_information
from pimflow_akeneo_sandbox.endpoints.token import post_token
from pimflow_akeneo_sandbox.errors import RefusedError
from pimflow_akeneo_sandbox.gate import Gate
from pimflow_akeneo_sandbox.loading.catalog import Catalog
from pimflow_akeneo_sandbox.sandbox import Sandbox
from pimflow_akeneo_sandbox.settings import Settings
from pimflow_akeneo_sandbox.structure.resource import Resource
from pimflow_akeneo_sandbox.structure.resources import NESTED, PLAIN

ROOT = "/api/rest/v1"
LIST, EDIT, REMOVE = Rule(may="list products"), "create or update products", Rule(may="delete products")
REMOVE_BY_UUID = Rule(may="delete products", refusal="Access forbidden. You are not allowed to delete products")

Dispatch = dict[str, tuple[Endpoint, Rule]]


class Application(Starlette):
    """Starlette with the gate outside everything, where it can cut the connection itself."""

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap what Starlette builds."""
        return Gate(super().build_middleware_stack(), self.state.sandbox)


def create_app(
    catalog: Catalog | None = None, *, data: Path | None = None, edition: str = "ce", settings: Settings | None = None
) -> Starlette:
    """Return the server as ASGI application, its Sandbox at `app.state.sandbox`. Raises ValueError."""
    chosen = settings or Settings(edition=edition)
    sandbox = Sandbox(catalog, data, chosen)
    app = Application(
        routes=_routes(chosen),
        exception_handlers={HTTPException: _http_error, Exception: _server_error},
    )
    app.state.sandbox = sandbox
    app.router.redirect_slashes = False
    return app


async def _http_error(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    route = f"{request.method} {request.url}"
    if problem.status_code == 405:
        allowed = ", ".join(sorted((problem.headers or {}).get("Allow", "").replace("HEAD", "").split(", "))).strip(
            ", "
        )
        message = f'No route found for "{route}": Method Not Allowed (Allow: {allowed})'
        return error_answer(RefusedError(405, message, headers={"Allow": allowed}))
    return error_answer(RefusedError(problem.status_code, f'No route found for "{route}"'))


async def _server_error(_request: Request, _problem: Exception) -> Response:
    return error_answer(RefusedError(500, "Internal Server Error"))


def _route(path: str, calls: Dispatch) -> Route:
    handlers = {method: api(endpoint, rule) for method, (endpoint, rule) in calls.items()}

    async def run(request: Request) -> Response:
        return await handlers[request.method](request)

    return Route(path, run, methods=list(calls))


def _routes(settings: Settings) -> list[Route]:
    return [
        Route("/_sandbox/{command}", control, methods=["GET", "POST"]),
        _route("/api/oauth/v1/token", {"POST": (post_token, Rule(content=(), is_open=True))}),
        _route(ROOT, {"GET": (get_root, Rule(is_open=True))}),
        _route(f"{ROOT}/system-information", {"GET": (get_system_information, Rule())}),
        *(_draft_routes() if settings.has_drafts else ()),
        *_product_routes(),
        *_media_routes(),
        *(_published_routes() if settings.has_published_products else ()),
        _route(f"{ROOT}/jobs/export/{{code}}", {"POST": (jobs.launch_export, Rule(content=(), may="launch jobs"))}),
        _route(f"{ROOT}/jobs/import/{{code}}", {"POST": (jobs.launch_import, Rule(content=(), may="launch jobs"))}),
        _route(
            f"{ROOT}/measurement-families",
            {
                "GET": (measurements.list_families, Rule()),
                "PATCH": (measurements.patch_families, Rule()),
            },
        ),
        _route(f"{ROOT}/measure-families", {"GET": (measurements.list_measure_families, Rule())}),
        _route(f"{ROOT}/measure-families/{{code}}", {"GET": (measurements.get_measure_family, Rule())}),
        *(route for resource in (*PLAIN, *NESTED) for route in _structure_routes(resource)),
    ]


def _family(
    base: str, key: str, one: tuple[Endpoint, ...], many: tuple[Endpoint, ...], removal: Rule = REMOVE
) -> list[Route]:
    get, patch, delete = one
    listing, post, patch_many = many
    edit = Rule(may=EDIT)
    return [
        _route(base, {"GET": (listing, LIST), "POST": (post, edit), "PATCH": (patch_many, collection(EDIT))}),
        _route(f"{base}/{key}", {"GET": (get, LIST), "PATCH": (patch, edit), "DELETE": (delete, removal)}),
    ]


def _product_routes() -> list[Route]:
    return [
        _route(f"{ROOT}/products-uuid/search", {"POST": (products_uuid.search_products, LIST)}),
        *_family(
            f"{ROOT}/products-uuid",
            "{uuid}",
            (products_uuid.get_product, products_uuid.patch_product, products_uuid.remove_product),
            (products_uuid.list_products, products_uuid.post_product, products_uuid.patch_products),
            REMOVE_BY_UUID,
        ),
        *_family(
            f"{ROOT}/products",
            "{code:path}",
            (products.get_product, products.patch_product, products.remove_product),
            (products.list_products, products.post_product, products.patch_products),
        ),
        *_family(
            f"{ROOT}/product-models",
            "{code:path}",
            (product_models.get_model, product_models.patch_model, product_models.remove_model),
            (product_models.list_models, product_models.post_model, product_models.patch_models),
        ),
    ]


def _draft_routes() -> list[Route]:
    bases = (f"{ROOT}/products-uuid/{{uuid}}", f"{ROOT}/products/{{code:path}}")
    return [
        route
        for base in bases
        for route in (
            _route(f"{base}/draft", {"GET": (drafts.get_draft, LIST)}),
            _route(f"{base}/proposal", {"POST": (drafts.post_proposal, Rule(may=EDIT))}),
        )
    ]


def _media_routes() -> list[Route]:
    base = f"{ROOT}/media-files"
    may = Rule()
    return [
        _route(base, {"GET": (list_media, may), "POST": (post_media, MEDIA_RULE)}),
        _route(f"{base}/{{code:path}}/download", {"GET": (download_media, may)}),
        _route(f"{base}/{{code:path}}", {"GET": (get_media, may)}),
        _route(
            f"{ROOT}/category-media-files/{{code:path}}/download",
            {"GET": (download_media, Rule(may="list categories"))},
        ),
    ]


def _published_routes() -> list[Route]:
    base = f"{ROOT}/published-products"
    return [
        _route(base, {"GET": (published_products.list_published, LIST)}),
        _route(f"{base}/{{code:path}}", {"GET": (published_products.get_published, LIST)}),
    ]


def _structure_routes(resource: Resource) -> list[Route]:
    base = f"{ROOT}/{resource.path}"
    may = Rule(may=f"list {resource.plural}")
    many: Dispatch = {"GET": (lambda call: structure.list_entities(call, resource), may)}
    one: Dispatch = {"GET": (lambda call: structure.get_entity(call, resource), may)}
    writing = resource.writing
    if writing:
        told = f"create or update {resource.plural}"
        many["POST"] = (lambda call: structure.post_entity(call, resource, writing), Rule(may=told))
        many["PATCH"] = (lambda call: structure.patch_entities(call, resource, writing), collection(told))
        one["PATCH"] = (lambda call: structure.patch_entity(call, resource, writing), Rule(may=told))
    return [_route(base, many), _route(f"{base}/{{code}}", one)]
