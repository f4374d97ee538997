"""May we call this user now? The policy's rules over records in the store and over what Meta answers.

``permissions`` is what outbound calls, conversations and the API ask; ``ledgers`` keeps one record for each business
number and user; ``lookups`` asks Meta, no more often than Meta likes. The rules themselves are ``policy``'s.
"""
