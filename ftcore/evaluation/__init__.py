"""Is the fine-tuned model really better, and than what? Arms, scorers, the runner, statistics and the verdict."""

from ftcore.evaluation.errors import EvaluationError

__all__ = ["EvaluationError"]
