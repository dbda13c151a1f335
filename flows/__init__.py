"""The pipeline over many documents, as Prefect flows: nothing to set up, nothing sent anywhere.

Prefect reads its settings when it is first imported, and by default reports its use to its makers. A tool for documents
that may not leave the house reports nothing, so this is said before anything here imports Prefect.
"""

import os

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# a busy machine takes longer than Prefect's 20 seconds to start its temporary server
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
