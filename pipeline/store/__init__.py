"""What is kept: runs and their files, readings, results with their findings and gaps, and the audit trail.

SQLite by default, PostgreSQL by its address; the same tables and queries for both. A result, its gaps and its row of
the audit trail are written in one transaction. Nobody else speaks SQL.
"""
