"""A fine-tuning server of one's own: speaks the OpenAI fine-tuning protocol on 127.0.0.1, trains and answers on this machine.

A program of its own, with its own database; it imports only `ftcore.chat` and `ftcore.records`.
"""
