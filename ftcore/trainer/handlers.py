"""The envelope on every failure of the application, the framework's own included."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ftcore.trainer.errors import TrainerError, envelope

log = logging.getLogger(__name__)

LONGEST = 4_000


def reply(
    status: int, message: str, *, code: str | None = None, param: str | None = None, retry_after: int | None = None
) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    body = envelope(status, _sayable(message), code=code, param=param and _sayable(param))
    return JSONResponse(body, status_code=status, headers=headers)


def _sayable(text: str) -> str:
    """What is repeated from a request may be longer than anybody reads, and hold what UTF-8 cannot."""
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return short.encode("utf-8", "replace").decode()


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
        code = "request_too_large" if error.status_code == 413 else None
        return reply(error.status_code, f"The request could not be read: {error.detail}.", code=code)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return reply(500, "The trainer server failed at this request; its log says why. Nothing else was affected.")
