"""What servers call the state of a job, in our words. The client passes any text through unchecked."""

from __future__ import annotations

from ftcore.records import JobState

_STATES = {
    JobState.SUBMITTED: "validatingfiles validating validated queued pending notrunning created submitted scheduled",
    JobState.RUNNING: "running started inprogress training pausing resuming processing "
    "cancelling canceling cancelrequested cancellationrequested",
    JobState.PAUSED: "paused",
    JobState.SUCCEEDED: "succeeded success completed complete",
    JobState.FAILED: "failed failure error usererror failedvalidation expired timedout timeout",
    JobState.CANCELLED: "cancelled canceled stopped aborted deleted",
}
_BY_WORD = {word: state for state, words in _STATES.items() for word in words.split()}


def normalise(status: str | None) -> JobState:
    """Our state for a server's status: capitals, spaces, `_`, `-` and the prefix JOB_STATE_ make no difference.

    A status that is not known (or None) counts as running, never as success: the worker goes on looking.
    """
    return _BY_WORD.get(_bare(status), JobState.RUNNING)


def knows(status: str) -> bool:
    """Whether the status is one that we know; any other is shown as it is."""
    return _bare(status) in _BY_WORD


def _bare(status: str | None) -> str:
    return "".join(character for character in (status or "").lower() if character.isalnum()).removeprefix("jobstate")
