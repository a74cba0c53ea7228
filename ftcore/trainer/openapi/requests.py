"""The shapes of what the server is asked, for its OpenAPI description. The routes judge each request themselves, in sentences
a person can use; a test holds both judgements against each other."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ftcore.trainer.routes.chat_request import LONGEST_ANSWER, MOST_TOOLS
from ftcore.trainer.routes.embeddings import LONGEST, MODEL, MOST

Auto = Literal["auto"]
Name = Annotated[str, Field(min_length=1)]
Epochs = Auto | Annotated[int, Field(ge=1, le=50)] | None
Batch = Auto | Annotated[int, Field(ge=1, le=256)] | None
Rate = Auto | Annotated[float, Field(gt=0, le=100)] | None
Beta = Auto | Annotated[float, Field(gt=0, le=2)] | None


class Request(BaseModel):
    """What is not named is refused."""

    model_config = ConfigDict(extra="forbid")


class Upload(Request):
    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"}, description="A .jsonl file, 512 MB at most.")]
    purpose: Literal["fine-tune"]


class Hyperparameters(Request):
    """`auto` takes what suits the data; the job says what that was, and why."""

    n_epochs: Epochs = None
    batch_size: Batch = None
    learning_rate_multiplier: Rate = None


class PreferenceHyperparameters(Hyperparameters):
    beta: Beta = None


class Carrying(Request):
    """What this server adds to the protocol's methods."""

    training: Literal["lora", "full"] | None = None
    too_long: Literal["error", "cut"] | None = None


class Supervised(Carrying):
    hyperparameters: Hyperparameters | None = None


class Preference(Carrying):
    hyperparameters: PreferenceHyperparameters | None = None


class SupervisedMethod(Request):
    type: Literal["supervised"] = "supervised"
    supervised: Supervised | None = None


class PreferenceMethod(Request):
    type: Literal["dpo"]
    dpo: Preference | None = None


class CreateJob(Request):
    model: Name
    training_file: Name
    validation_file: Name | None = None
    suffix: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")] | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    method: SupervisedMethod | PreferenceMethod | None = None
    hyperparameters: Annotated[Hyperparameters | None, Field(deprecated=True)] = None
    metadata: (
        Annotated[
            dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]], Field(max_length=16)
        ]
        | None
    ) = None
    integrations: Annotated[list[Any], Field(max_length=0)] | None = None


class TextPart(Request):
    type: Literal["text"]
    text: str


class ChatMessage(Request):
    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, Field(min_length=1)] | Annotated[list[TextPart], Field(min_length=1)]
    name: str = ""


class Function(Request):
    name: Annotated[str, Field(pattern="^[a-zA-Z0-9_-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(Request):
    type: Literal["function"]
    function: Function


class Named(Request):
    name: str


class ToolChoice(Request):
    type: Literal["function"]
    function: Named


class Schema(Request):
    """`schema` is a JSON schema; one that cannot be followed is refused."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(pattern="^[a-zA-Z0-9_-]{1,64}$")]
    description: str | None = None
    strict: bool | None = None


class TextFormat(Request):
    type: Literal["text"]


class ObjectFormat(Request):
    type: Literal["json_object"]


class SchemaFormat(Request):
    type: Literal["json_schema"]
    json_schema: Schema


class StreamOptions(Request):
    model_config = ConfigDict(extra="ignore")

    include_usage: bool | None = None


class Chat(Request):
    model: Name
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    max_tokens: Annotated[Annotated[int, Field(ge=1, le=LONGEST_ANSWER)] | None, Field(deprecated=True)] = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=LONGEST_ANSWER)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    n: Annotated[int, Field(ge=1, le=16)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), le=2**63 - 1)] | None = None
    stop: Name | Annotated[list[Name], Field(max_length=4)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    logit_bias: dict[Annotated[str, Field(pattern="^[0-9]{1,8}$")], Annotated[float, Field(ge=-100, le=100)]] | None = (
        None
    )
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    response_format: TextFormat | ObjectFormat | SchemaFormat | None = None
    tools: Annotated[list[Tool], Field(max_length=MOST_TOOLS)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None


class Embed(Request):
    model: Literal[MODEL]  # type: ignore[valid-type]
    input: (
        Annotated[str, Field(pattern=r"\S", max_length=LONGEST)]
        | Annotated[
            list[Annotated[str, Field(pattern=r"\S", max_length=LONGEST)]], Field(min_length=1, max_length=MOST)
        ]
    )
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Literal[64, 128, 256] | None = None
    user: str | None = None
