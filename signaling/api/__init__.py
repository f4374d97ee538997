"""The REST interface for integrators, supervisors' pages and agents' pages: ``/api/v1``.

``operation`` says what an operation is, ``rest`` serves them, ``openapi`` describes them, and one module for each
resource declares them. Nothing here decides anything about calls, permissions or conversations.
"""
