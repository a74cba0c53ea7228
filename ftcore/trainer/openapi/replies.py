"""The shapes of what the server answers, for its OpenAPI description. Nothing is built from them: the routes answer plain
dictionaries, and a test holds each answer against its shape here."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")
Seconds = Annotated[int, Field(ge=0, description="Seconds since 1970.")]
Share = Annotated[float, Field(ge=0, le=1)]
Auto = Literal["auto"]


class Reply(BaseModel):
    """Every field is always there, and no other."""

    model_config = ConfigDict(extra="forbid")


class Failure(Reply):
    message: Annotated[str, Field(min_length=1)]
    type: Literal[
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "rate_limit_error",
        "server_error",
    ]
    param: str | None
    code: str | None


class Envelope(Reply):
    """What went wrong; the same on every failure."""

    error: Failure


class Health(Reply):
    status: Literal["ok"]
    starter_model: bool


class FileObject(Reply):
    id: str
    object: Literal["file"]
    bytes: Annotated[int, Field(ge=0)]
    created_at: Seconds
    filename: str
    purpose: Literal["fine-tune", "fine-tune-results"]
    status: Literal["processed"]
    status_details: str | None
    expires_at: Seconds | None


class Listed(Reply, Generic[Item]):
    object: Literal["list"]
    data: list[Item]
    has_more: bool


class ListedWithEnds(Listed[Item], Generic[Item]):
    first_id: str | None
    last_id: str | None


class Deleted(Reply):
    id: str
    object: Literal["file", "model"]
    deleted: Literal[True]


class Settings(BaseModel):
    """The hyperparameters as they are used: `auto` is resolved."""

    n_epochs: Annotated[int, Field(ge=1, le=50)]
    batch_size: Annotated[int, Field(ge=1, le=256)]
    learning_rate_multiplier: Annotated[float, Field(gt=0)]
    beta: Annotated[float | None, Field(gt=0, le=2)] = None


class Chosen(BaseModel):
    """How a method was carried out; beside the hyperparameters, what this server adds."""

    hyperparameters: Settings
    training: Literal["lora", "full"]
    too_long: Literal["error", "cut"]


class Method(Reply):
    type: Literal["supervised", "dpo"]
    supervised: Chosen | None = None
    dpo: Chosen | None = None


class JobFailure(Reply):
    code: str
    message: str
    param: str | None


class Job(Reply):
    id: str
    object: Literal["fine_tuning.job"]
    created_at: Seconds
    status: Literal["validating_files", "queued", "running", "paused", "succeeded", "failed", "cancelled"]
    model: str
    training_file: str
    validation_file: str | None
    seed: int
    metadata: dict[str, str]
    finished_at: Seconds | None
    estimated_finish: Seconds | None
    fine_tuned_model: str | None
    trained_tokens: Annotated[int, Field(ge=0)] | None
    error: JobFailure | None
    organization_id: str
    result_files: list[str]
    hyperparameters: Settings
    method: Method
    integrations: list[Any]
    user_provided_suffix: str | None
    queue_position: Annotated[int, Field(ge=1)] | None
    best_checkpoint: str | None


class Event(Reply):
    id: str
    object: Literal["fine_tuning.job.event"]
    created_at: Seconds
    level: Literal["info", "warn", "error"]
    message: str
    type: Literal["message", "metrics"]
    data: dict[str, Any]


class Metrics(BaseModel):
    step: Annotated[int, Field(ge=1)]
    train_loss: float | None = None
    train_mean_token_accuracy: Share | None = None
    valid_loss: float | None = None
    valid_mean_token_accuracy: Share | None = None
    full_valid_loss: float | None = None
    full_valid_mean_token_accuracy: Share | None = None


class Checkpoint(Reply):
    id: str
    object: Literal["fine_tuning.job.checkpoint"]
    created_at: Seconds
    fine_tuned_model_checkpoint: str
    fine_tuning_job_id: str
    step_number: Annotated[int, Field(ge=1)]
    metrics: Metrics


class ModelObject(Reply):
    id: str
    object: Literal["model"]
    created: Seconds
    owned_by: str
    shutdown_date: str | None


class ModelList(Reply):
    object: Literal["list"]
    data: list[ModelObject]


class Likely(Reply):
    token: str
    logprob: Annotated[float, Field(le=0)]
    bytes: list[int] | None


class Token(Likely):
    top_logprobs: list[Likely]


class Logprobs(Reply):
    content: list[Token] | None
    refusal: list[Token] | None


class CalledFunction(Reply):
    name: str
    arguments: str


class ToolCall(Reply):
    id: str
    type: Literal["function"]
    function: CalledFunction


class Message(Reply):
    role: Literal["assistant"]
    content: str | None
    refusal: str | None
    tool_calls: list[ToolCall] | None = None


class Choice(Reply):
    index: Annotated[int, Field(ge=0)]
    message: Message
    finish_reason: Literal["stop", "length", "tool_calls"]
    logprobs: Logprobs | None


class Usage(Reply):
    prompt_tokens: Annotated[int, Field(ge=0)]
    total_tokens: Annotated[int, Field(ge=0)]


class ChatUsage(Usage):
    completion_tokens: Annotated[int, Field(ge=0)]


class ChatCompletion(Reply):
    id: str
    object: Literal["chat.completion"]
    created: Seconds
    model: str
    choices: list[Choice]
    usage: ChatUsage


class Embedding(Reply):
    object: Literal["embedding"]
    index: Annotated[int, Field(ge=0)]
    embedding: list[float] | str


class EmbeddingList(Reply):
    object: Literal["list"]
    data: list[Embedding]
    model: str
    usage: Usage
