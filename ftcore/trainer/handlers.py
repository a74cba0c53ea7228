"""The envelope on every failure of the application, the framework's own included."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ftcore.trainer.errors import TrainerError, envelope

log = logging.getLogger(__name__)


def reply(
    status: int, message: str, *, code: str | None = None, param: str | None = None, retry_after: int | None = None
) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return JSONResponse(envelope(status, message, code=code, param=param), status_code=status, headers=headers)


def install(app: FastAPI) -> None:
    """Gives every failure of `app` the envelope, the framework's own included."""

    @app.exception_handler(TrainerError)
    async def refused(request: Request, error: TrainerError) -> JSONResponse:
        return reply(error.status, error.message, code=error.code, param=error.param, retry_after=error.retry_after)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
        message = f"{place}: {first['msg']}." if place else f"The request could not be read: {first['msg']}."
        return reply(400, message, code="invalid_value", param=place or None)

    @app.exception_handler(HTTPException)
    async def refused_by_framework(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            message = f"Unknown address: {request.method} {request.url.path}."
            return reply(404, message, code="unknown_url")
        if error.status_code == 405:
            message = f"{request.method} is not allowed on {request.url.path}."
            return reply(405, message, code="method_not_allowed")
        return reply(error.status_code, f"The request could not be read: {error.detail}.")

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return reply(500, "The trainer server failed at this request; its log says why. Nothing else was affected.")
