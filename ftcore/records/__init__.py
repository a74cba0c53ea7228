"""The nouns of the product as frozen dataclasses. Imports nothing of ours."""

from ftcore.records.around import Brand, Cited, DataSheet, DataSource, Decided, Place
from ftcore.records.decision import Action, Because, Confidence, Evidence, Recommendation, Reply, Step
from ftcore.records.endpoint import LOCAL, Endpoint
from ftcore.records.evaluation import Answer, Comparison, EvaluationResult, TestCase, Verdict
from ftcore.records.example import Example, Message, Split, Status, TrainingExample, text_of
from ftcore.records.filter import SORTABLE, Filter, Sort
from ftcore.records.job import Job, JobEvent, JobState, Metric
from ftcore.records.model import Model
from ftcore.records.problem import Problem, Severity
from ftcore.records.project import Project, Task, TaskState
from ftcore.records.snapshot import Snapshot, SnapshotRow
from ftcore.records.source import Accepted, Mapping, Preview, Rejected
from ftcore.records.story import ArmResult, SideBySide, Story

__all__ = [
    "LOCAL",
    "SORTABLE",
    "Accepted",
    "Action",
    "Answer",
    "ArmResult",
    "Because",
    "Brand",
    "Cited",
    "Comparison",
    "Confidence",
    "DataSheet",
    "DataSource",
    "Decided",
    "Endpoint",
    "EvaluationResult",
    "Evidence",
    "Example",
    "Filter",
    "Job",
    "JobEvent",
    "JobState",
    "Mapping",
    "Message",
    "Metric",
    "Model",
    "Place",
    "Preview",
    "Problem",
    "Project",
    "Recommendation",
    "Rejected",
    "Reply",
    "Severity",
    "SideBySide",
    "Snapshot",
    "SnapshotRow",
    "Sort",
    "Split",
    "Status",
    "Step",
    "Story",
    "Task",
    "TaskState",
    "TestCase",
    "TrainingExample",
    "Verdict",
    "text_of",
]
