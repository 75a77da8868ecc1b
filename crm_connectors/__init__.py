"""Summaries -> CRM records: the outbox and one module per connector."""
