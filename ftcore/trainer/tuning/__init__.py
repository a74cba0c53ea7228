"""Training: from a file of conversations to a LoRA adapter. Runs in a child process."""
